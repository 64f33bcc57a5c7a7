package dev.culvert.plugin.protocol.tcp;

import static java.util.Objects.requireNonNullElse;

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
 * @param whenAbsent what a visitor gets while the service is not there
 * @param waitTimeoutMs how long a visitor may wait, from the moment it connected
 * @param maxWaiting how many visitors may wait at once
 * @param halfCloseTimeoutMs how long one direction may be silent after the other has ended
 */
record TcpParameters(
        @JsonProperty("port") @Min(0) @Max(65535) int port,
        @JsonProperty("bind") String bind,
        @JsonProperty("when_absent") WhenAbsent whenAbsent,
        @JsonProperty("wait_timeout_ms") @Min(1) long waitTimeoutMs,
        @JsonProperty("max_waiting") @Min(1) int maxWaiting,
        @JsonProperty("half_close_timeout_ms") @Min(1) long halfCloseTimeoutMs) {

    static final long WAIT_TIMEOUT_MS = 10_000;
    static final int MAX_WAITING = 64;
    static final long HALF_CLOSE_TIMEOUT_MS = 60_000;

    TcpParameters {
        bind = BindAddress.canonical(bind);
        whenAbsent = requireNonNullElse(whenAbsent, WhenAbsent.RESET);
        waitTimeoutMs = waitTimeoutMs == 0 ? WAIT_TIMEOUT_MS : waitTimeoutMs;
        maxWaiting = maxWaiting == 0 ? MAX_WAITING : maxWaiting;
        halfCloseTimeoutMs = halfCloseTimeoutMs == 0 ? HALF_CLOSE_TIMEOUT_MS : halfCloseTimeoutMs;
    }

    TcpParameters withPort(int other) {
        return new TcpParameters(other, bind, whenAbsent, waitTimeoutMs, maxWaiting, halfCloseTimeoutMs);
    }
}
