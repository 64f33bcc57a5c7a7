package dev.culvert.plugin.yamux;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a session may promise to take beyond the initial windows, which the specification fixes. All sessions of the process
 * together promise no more than a quarter of its memory: whoever sends and is not read would else fill it.
 */
final class ReceiveAllowance {

    private static final int SHARE_OF_MEMORY = 4;

    private static final AtomicLong PROCESS =
            new AtomicLong(Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);

    private final AtomicLong process;
    private long left;

    ReceiveAllowance(long bytes) {
        this(bytes, PROCESS);
    }

    /**
     * Makes the allowance of a session.
     *
     * @param bytes what it may promise alone
     * @param process what is left of what all may promise
     */
    ReceiveAllowance(long bytes, AtomicLong process) {
        this.process = process;
        left = bytes;
    }

    /** Gives as much of what is wanted as there is, but never more than half of what others could want too. */
    int take(int wanted) {
        long most = Math.min(wanted, left);
        long before = process.getAndUpdate(now -> now - Math.min(most, now / 2));
        int taken = (int) Math.min(most, before / 2);
        left -= taken;
        return taken;
    }

    void giveBack(int bytes) {
        left += bytes;
        process.addAndGet(bytes);
    }
}
