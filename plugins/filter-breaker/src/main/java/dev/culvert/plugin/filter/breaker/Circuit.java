package dev.culvert.plugin.filter.breaker;

import java.util.BitSet;
import java.util.function.LongSupplier;

/**
 * One service's circuit: closed while it is well, open while it is left alone, half-open while probes try it. Thread-safe.
 */
final class Circuit {

    /** What a circuit says to a request. */
    enum Answer {
        /** Go on, and tell how it went. */
        PASS,
        /** Go on alone, and tell how it went. */
        PROBE,
        /** Not now. */
        REFUSE
    }

    private enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    private final CircuitLimits limits;
    private final LongSupplier clock;
    private final BitSet failed;
    private State state = State.CLOSED;
    private int next;
    private long openUntil;
    private boolean probing;
    private int succeeded;

    Circuit(CircuitLimits limits, LongSupplier clock) {
        this.limits = limits;
        this.clock = clock;
        this.failed = new BitSet(limits.window());
    }

    /** A request asks. */
    synchronized Answer ask() {
        if (state == State.OPEN && clock.getAsLong() - openUntil >= 0) {
            state = State.HALF_OPEN;
            succeeded = 0;
            probing = false;
        }
        return switch (state) {
            case CLOSED -> Answer.PASS;
            case OPEN -> Answer.REFUSE;
            case HALF_OPEN -> probing ? Answer.REFUSE : probe();
        };
    }

    /** A request that passed went well, or not. */
    synchronized void passed(boolean well) {
        if (state != State.CLOSED) {
            return; // of before
        }
        failed.set(next, !well);
        next = (next + 1) % limits.window();
        if (failed.cardinality() >= limits.failures()) {
            open();
        }
    }

    /** A probe went well, or not. */
    synchronized void probed(boolean well) {
        probing = false;
        if (!well) {
            open();
        } else if (++succeeded >= limits.probes()) {
            state = State.CLOSED;
            failed.clear();
            next = 0;
        }
    }

    /** A probe says nothing about the service, its visitor left for one: another has to try. */
    synchronized void probeLost() {
        probing = false;
    }

    /** Nanoseconds until the next probe; 0 if one may be under way. */
    synchronized long left() {
        return state == State.OPEN ? Math.max(0, openUntil - clock.getAsLong()) : 0;
    }

    /** Whether there is nothing to remember. */
    synchronized boolean isFresh() {
        return state == State.CLOSED && failed.isEmpty();
    }

    private Answer probe() {
        probing = true;
        return Answer.PROBE;
    }

    private void open() {
        state = State.OPEN;
        openUntil = clock.getAsLong() + limits.openFor().toNanos();
        failed.clear();
        next = 0;
    }
}
