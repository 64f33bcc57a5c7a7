package dev.culvert.plugin.protocol.udp;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.protocol.BindAddress;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/**
 * What the server has to know about a tunnel. Travels as JSON; the names are part of the wire, and durations are plain
 * milliseconds so that no end needs to know how the other writes them. What a client leaves out, or sends as 0, has the
 * default.
 *
 * @param port the public port; 0 for any free one
 * @param bind which address of the server; empty for all
 * @param idleTimeoutMs after how long without a datagram in either direction a flow ends
 * @param maxFlows how many flows there may be at once
 * @param maxFlowsPerSource how many of them may be of one address (IPv6: of one /64)
 * @param maxAmplification how many times what it has sent a visitor may be answered, in bytes with the headers of IP and
 *     UDP; 0 for no limit
 */
record UdpParameters(
        @JsonProperty("port") @Min(0) @Max(65535) int port,
        @JsonProperty("bind") String bind,
        @JsonProperty("idle_timeout_ms") @Min(1) long idleTimeoutMs,
        @JsonProperty("max_flows") @Min(1) int maxFlows,
        @JsonProperty("max_flows_per_source") @Min(1) int maxFlowsPerSource,
        @JsonProperty("max_amplification") @Min(0) int maxAmplification) {

    static final long IDLE_TIMEOUT_MS = 60_000;
    static final int MAX_FLOWS = 10_000;
    static final int MAX_FLOWS_PER_SOURCE = 1_000;

    UdpParameters {
        bind = BindAddress.canonical(bind);
        idleTimeoutMs = idleTimeoutMs == 0 ? IDLE_TIMEOUT_MS : idleTimeoutMs;
        maxFlows = maxFlows == 0 ? MAX_FLOWS : maxFlows;
        maxFlowsPerSource = maxFlowsPerSource == 0 ? MAX_FLOWS_PER_SOURCE : maxFlowsPerSource;
    }

    UdpParameters withPort(int other) {
        return new UdpParameters(other, bind, idleTimeoutMs, maxFlows, maxFlowsPerSource, maxAmplification);
    }
}
