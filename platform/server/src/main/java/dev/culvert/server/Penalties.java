package dev.culvert.server;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sources whose logins have failed: each further failure puts their next attempt off for longer, and enough of them ban
 * the source for a time. Where somebody has logged in lately, or is logged in, only wrong credentials count: what else comes
 * from there, a scanner behind the same router, a browser that tried the port, must not lock that client out. Remembers a
 * bounded number of sources, those that failed last and those that logged in last. Thread-safe.
 */
final class Penalties {

    /** So many failures cost nothing: a mistyped token is mended before. */
    static final int FREE = 3;

    static final int MOST_SOURCES = 10_000;

    private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();

    private final StrangerLimits limits;
    private final LongSupplier nanoClock;
    private final Map<Object, Offender> offenders = new Newest<>();
    private final Map<Object, Friend> friends = new Newest<>();

    Penalties(StrangerLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /** What a source has to suffer now; null if nothing. */
    synchronized @Nullable Penalty of(SocketAddress peer) {
        Object source = Source.of(peer);
        Offender offender = offenders.get(source);
        if (offender == null) {
            return null;
        }
        long now = nanoClock.getAsLong();
        if (offender.isForgottenAt(now, limits)) {
            offenders.remove(source);
            return null;
        }
        long left = offender.until - now;
        return left > 0 ? new Penalty(offender.failures, offender.banned, Duration.ofNanos(left)) : null;
    }

    /** Somebody has logged in from there; {@link #gone} follows. */
    synchronized void loggedIn(SocketAddress peer) {
        Object source = Source.of(peer);
        Friend before = friends.remove(source); // and to the end of the queue
        friends.put(source, new Friend(before == null ? 1 : before.sessions + 1, nanoClock.getAsLong()));
    }

    /** Whoever had logged in from there is gone. */
    synchronized void gone(SocketAddress peer) {
        long now = nanoClock.getAsLong();
        friends.computeIfPresent(
                Source.of(peer), (source, friend) -> new Friend(Math.max(0, friend.sessions - 1), now));
    }

    /**
     * Counts a failure.
     *
     * @param guess whether it was a wrong credential, which counts wherever it comes from
     * @return whether the source is banned by it
     */
    synchronized boolean failed(SocketAddress peer, boolean guess) {
        if (limits.banAfter() == 0 || isExempt(peer)) {
            return false;
        }
        Object source = Source.of(peer);
        if (!guess && isFriend(source)) {
            return false;
        }
        long now = nanoClock.getAsLong();
        Offender before = offenders.remove(source); // and to the end of the queue
        if (before != null && before.isForgottenAt(now, limits)) {
            before = null;
        }
        if (before != null && before.banned) {
            offenders.put(source, before); // a connection from before the ban
            return false;
        }
        int failures = before == null ? 1 : before.failures + 1;
        boolean banned = failures >= limits.banAfter();
        long pause = banned ? limits.banFor().toNanos() : pauseAfter(failures);
        offenders.put(source, new Offender(failures, banned, now, now + pause));
        return banned;
    }

    /** How many sources are banned now. */
    synchronized int banned() {
        long now = nanoClock.getAsLong();
        return (int) offenders.values().stream()
                .filter(offender -> offender.banned && offender.until - now > 0)
                .count();
    }

    synchronized int remembered() {
        return offenders.size();
    }

    private boolean isFriend(Object source) {
        Friend friend = friends.get(source);
        if (friend == null || friend.sessions > 0) {
            return friend != null;
        }
        if (nanoClock.getAsLong() - friend.lastNanos < limits.banFor().toNanos()) {
            return true;
        }
        friends.remove(source);
        return false;
    }

    private boolean isExempt(SocketAddress peer) {
        InetAddress address = Source.address(peer);
        return address != null && limits.exempt().stream().anyMatch(network -> network.contains(address));
    }

    private static long pauseAfter(int failures) {
        int doublings = failures - FREE - 1;
        return doublings < 0 ? 0 : Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(doublings, 16));
    }

    /**
     * Why a source is not heard.
     *
     * @param failures how many logins have failed
     * @param banned or only put off
     * @param left for how much longer
     */
    record Penalty(int failures, boolean banned, Duration left) {}

    /**
     * A source from where somebody has logged in.
     *
     * @param sessions how many are there
     * @param lastNanos when somebody last came or went
     */
    private record Friend(int sessions, long lastNanos) {}

    /** Forgets those who came first. */
    private static final class Newest<V> extends LinkedHashMap<Object, V> {

        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, V> eldest) {
            return size() > MOST_SOURCES;
        }
    }

    private record Offender(int failures, boolean banned, long lastNanos, long until) {

        boolean isForgottenAt(long now, StrangerLimits limits) {
            return now - until >= 0 && now - lastNanos >= limits.banFor().toNanos();
        }
    }
}
