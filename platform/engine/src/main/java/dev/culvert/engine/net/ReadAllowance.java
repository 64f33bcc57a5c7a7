package dev.culvert.engine.net;

import io.netty.channel.Channel;

/**
 * How much may be read from one connection before its owner trusts it. Beyond that each read is of one byte, by which its
 * owner sees that there is more. Set before the connection is registered, and lifted by its owner; both on the
 * connection's loop.
 */
public final class ReadAllowance {

    static final ReadAllowance UNLIMITED = new ReadAllowance(0, true);

    private int left;
    private boolean lifted;

    private ReadAllowance(int left, boolean lifted) {
        this.left = left;
        this.lifted = lifted;
    }

    /**
     * Limits a connection.
     *
     * @param connection accepted, not registered yet
     * @param bytes how many may be read
     */
    public static ReadAllowance of(Channel connection, int bytes) {
        ReadAllowance allowance = new ReadAllowance(bytes, false);
        connection.config().setRecvByteBufAllocator(new BoundedReads(allowance));
        return allowance;
    }

    /** From now on as much is read as comes. */
    public void lift() {
        lifted = true;
    }

    boolean isLifted() {
        return lifted;
    }

    int limit(int wanted) {
        return Math.min(wanted, left + 1);
    }

    void read(int bytes) {
        left = Math.max(0, left - bytes);
    }
}
