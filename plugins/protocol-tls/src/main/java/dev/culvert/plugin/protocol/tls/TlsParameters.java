package dev.culvert.plugin.protocol.tls;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.HostName;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;

/**
 * What the server has to know about a tunnel. Travels as JSON; the names are part of the wire.
 *
 * @param host the name, or the one label below the server's domain, that visitors ask for
 * @param halfCloseTimeoutMs how long one direction may be silent after the other has ended; 0 for the default
 */
record TlsParameters(
        @JsonProperty("host") @NotNull HostName host,
        @JsonProperty("half_close_timeout_ms") @Min(1) long halfCloseTimeoutMs) {

    static final long HALF_CLOSE_TIMEOUT_MS = 60_000;

    TlsParameters {
        halfCloseTimeoutMs = halfCloseTimeoutMs == 0 ? HALF_CLOSE_TIMEOUT_MS : halfCloseTimeoutMs;
    }
}
