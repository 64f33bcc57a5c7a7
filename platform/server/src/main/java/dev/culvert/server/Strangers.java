package dev.culvert.server;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.WireError;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Everybody who has not logged in: who may try, what comes of it, and what is said about it. Thread-safe. */
final class Strangers {

    // What only somebody does who does not know a credential, or does not speak the protocol. Whoever has proven a
    // secret that has expired, or is older than the server, is not guessing.
    private static final Set<ErrorCode> FAILURES = Set.of(
            AuthError.CREDENTIAL_REJECTED,
            AuthError.MALFORMED_EXCHANGE,
            AuthError.LOGIN_TIMEOUT,
            WireError.PROTOCOL_VIOLATION,
            WireError.FRAME_TOO_LARGE,
            WireError.TRANSPORT_FAILED);

    // Of these, what somebody does who tries credentials. The others are a scanner's, or a browser's.
    private static final Set<ErrorCode> GUESSES = Set.of(AuthError.CREDENTIAL_REJECTED, AuthError.MALFORMED_EXCHANGE);

    private final StrangerLimits limits;
    private final PendingLogins pending;
    private final Penalties penalties;
    private final StrangerLog log;
    private final Counts refused = new Counts();
    private final LongAdder bans = new LongAdder();

    Strangers(StrangerLimits limits) {
        this.limits = limits;
        pending = new PendingLogins(limits.most(), limits.mostPerSource());
        penalties = new Penalties(limits, System::nanoTime);
        log = new StrangerLog(System::nanoTime);
    }

    /**
     * Whether somebody may try to log in; if so, {@link #left} is called when it has, or is gone.
     *
     * @return null, or why not; that is logged and counted
     */
    @Nullable
    CulvertException enter(SocketAddress peer, String listener, SourceNetworks networks) {
        CulvertException refusal = refusal(peer, networks);
        if (refusal != null) {
            note(peer, listener, refusal);
        }
        return refusal;
    }

    private @Nullable CulvertException refusal(SocketAddress peer, SourceNetworks networks) {
        if (!networks.permits(peer)) {
            return new CulvertException(WireError.SOURCE_REFUSED, "the listener does not take this network.");
        }
        Penalties.Penalty penalty = penalties.of(peer);
        if (penalty != null) {
            return new CulvertException(
                    AuthError.TOO_MANY_FAILURES,
                    penalty.failures() + " logins have failed; " + (penalty.banned() ? "banned" : "put off") + " for "
                            + (penalty.left().toMillis() + 999) / 1000 + " s.");
        }
        if (!pending.enter(peer)) {
            return new CulvertException(WireError.TOO_MANY_PENDING, pending.count() + " connections await login.");
        }
        return null;
    }

    /** Somebody has logged in, or is gone. */
    void left(SocketAddress peer) {
        pending.leave(peer);
    }

    /** Somebody has proven who they are; {@link #gone} follows. */
    void loggedIn(SocketAddress peer) {
        penalties.loggedIn(peer);
    }

    /** The session of somebody who had proven who they are has ended. */
    void gone(SocketAddress peer) {
        penalties.gone(peer);
    }

    /** A login came to nothing. */
    void failed(SocketAddress peer, String listener, CulvertException cause) {
        note(peer, listener, cause);
        if (FAILURES.contains(cause.code()) && penalties.failed(peer, GUESSES.contains(cause.code()))) {
            bans.increment();
            log.banned(peer, limits.banFor(), limits.banAfter());
        }
    }

    int pending() {
        return pending.count();
    }

    Counts refused() {
        return refused;
    }

    long bans() {
        return bans.sum();
    }

    int banned() {
        return penalties.banned();
    }

    long suppressedLines() {
        return log.suppressed();
    }

    private void note(SocketAddress peer, String listener, CulvertException cause) {
        refused.add(listener, cause.code().code());
        log.refused(peer, listener, cause);
    }
}
