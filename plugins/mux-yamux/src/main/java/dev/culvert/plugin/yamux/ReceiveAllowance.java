package dev.culvert.plugin.yamux;

/** What a session may promise to take beyond the initial windows, which the specification fixes. */
final class ReceiveAllowance {

    private long left;

    ReceiveAllowance(long bytes) {
        left = bytes;
    }

    /** Gives as much of what is wanted as there is. */
    int take(int wanted) {
        int taken = (int) Math.min(wanted, left);
        left -= taken;
        return taken;
    }

    void giveBack(int bytes) {
        left += bytes;
    }
}
