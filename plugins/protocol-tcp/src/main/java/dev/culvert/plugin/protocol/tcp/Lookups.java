package dev.culvert.plugin.protocol.tcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up, a few at a time: the platform's threads are everybody's, and a name that nobody answers for keeps one for
 * long. Thread-safe.
 */
final class Lookups {

    private static final int AT_ONCE = 4;
    private static final int WAITING = 256;

    private final Executor blocking;
    private final Lookup lookup;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    Lookups(Executor blocking, Lookup lookup) {
        this.blocking = blocking;
        this.lookup = lookup;
    }

    /**
     * Finds the addresses of a name.
     *
     * @param found told on another thread: at least one, or why there are none
     * @throws RejectedExecutionException if too many are being looked up
     */
    void ask(String name, BiConsumer<InetAddress[], @Nullable UnknownHostException> found) {
        Runnable task = () -> {
            try {
                look(name, found);
            } finally {
                next();
            }
        };
        synchronized (this) {
            if (running == AT_ONCE) {
                if (waiting.size() == WAITING) {
                    throw new RejectedExecutionException(WAITING + " names wait");
                }
                waiting.add(task);
                return;
            }
            running++;
        }
        try {
            blocking.execute(task);
        } catch (RejectedExecutionException e) {
            next();
            throw e;
        }
    }

    private void look(String name, BiConsumer<InetAddress[], @Nullable UnknownHostException> found) {
        InetAddress[] addresses = {};
        UnknownHostException failure = null;
        try {
            addresses = lookup.addresses(name);
        } catch (UnknownHostException e) {
            failure = e;
        }
        found.accept(addresses, failure);
    }

    private void next() {
        Runnable task;
        synchronized (this) {
            task = waiting.poll();
            if (task == null) {
                running--;
                return;
            }
        }
        try {
            blocking.execute(task);
        } catch (RejectedExecutionException e) {
            next(); // whoever asked has a deadline
        }
    }
}
