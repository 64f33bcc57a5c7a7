package dev.culvert.engine.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many connections this process may have: fewer than the system gives it descriptors, so that there are always some
 * for files, for connections of its own, and for saying what is wrong. Thread-safe.
 */
final class Descriptors {

    /** Kept free, beside what was open at the start. */
    static final int RESERVE = 64;

    // Without a limit to be found, none is kept; accept fails then, and rests.
    private static final int UNKNOWN = Integer.MAX_VALUE;

    private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files\\s+(\\d+)");

    private volatile int most;
    private volatile boolean configured;
    private final AtomicInteger open = new AtomicInteger();

    Descriptors(int most) {
        this.most = most;
    }

    /** As many as the limit of this process leaves. */
    static Descriptors ofThisProcess() {
        return new Descriptors(within(limitOfProcess(), openNow()));
    }

    /** What a limit leaves for connections; at least half of it, since whoever sets a tiny one means it. */
    static int within(int limit, int openAtStart) {
        return limit == UNKNOWN ? UNKNOWN : Math.max(limit / 2, limit - openAtStart - RESERVE);
    }

    /** Whether one more connection of a stranger may stay; if so, {@link #left} is called when it has gone. */
    boolean enter() {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /** One more that this process itself wants: it counts, and is never refused. */
    void entered() {
        open.incrementAndGet();
    }

    void left() {
        open.decrementAndGet();
    }

    /** Allows no more than this, if that is less than the system gives. */
    void atMost(int connections) {
        if (connections < most) {
            most = connections;
            configured = true;
        }
    }

    /** Why there may be no more, for a message. */
    String limit() {
        return most + " connections are open, which is all that "
                + (configured ? "max_connections allows" : "the limit of descriptors leaves beside a reserve") + ".";
    }

    int open() {
        return open.get();
    }

    private static int limitOfProcess() {
        try {
            Matcher line = LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            return line.find() ? (int) Math.min(UNKNOWN, Long.parseLong(line.group(1))) : UNKNOWN;
        } catch (IOException | NumberFormatException e) {
            return UNKNOWN; // not Linux
        }
    }

    private static int openNow() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            return 0;
        }
    }
}
