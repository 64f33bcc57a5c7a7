package dev.culvert.plugin.protocol.udp;

/**
 * What a tunnel's visitors get: what its client asked for, within what the server allows.
 *
 * @param idleMillis after how long without a datagram a flow ends
 * @param maxFlows how many flows there may be
 * @param maxFlowsPerSource how many of one source
 * @param maxAmplification how many times what it sent a visitor may be answered; 0 for no limit
 * @param maxNewcomerAmplification the same until a flow is assured; 0 for no limit
 * @param maxQueued how many bytes may wait for each lane
 * @param lanes over how many streams to each client flows are spread
 */
record Limits(
        long idleMillis,
        int maxFlows,
        int maxFlowsPerSource,
        int maxAmplification,
        int maxNewcomerAmplification,
        int maxQueued,
        int lanes) {

    static Limits of(UdpParameters asked, UdpProtocolFactory allowed) {
        return new Limits(
                Math.min(asked.idleTimeoutMs(), allowed.maxIdleTimeout().toMillis()),
                Math.min(asked.maxFlows(), allowed.maxFlows()),
                Math.min(asked.maxFlowsPerSource(), allowed.maxFlowsPerSource()),
                asked.maxAmplification(),
                lesser(asked.maxAmplification(), allowed.maxAmplification()),
                Math.toIntExact(allowed.maxQueued().bytes()),
                allowed.lanes());
    }

    /** How many times what it sent a visitor may be answered; 0 for no limit. */
    int amplification(boolean assured) {
        return assured ? maxAmplification : maxNewcomerAmplification;
    }

    // 0 is none.
    private static int lesser(int one, int other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }
}
