package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * Which requests wait while the client is away. Travels as JSON; the names are part of the wire.
 *
 * @param methods of requests that wait
 * @param maxAgeMs for how long
 * @param maxBytes how much of them is held in all
 * @param maxRequests how many of them
 */
record HoldTerms(
        @JsonProperty("methods") @NotNull @Size(min = 1, max = 16)
        List<@Pattern(regexp = METHOD) String> methods,

        @JsonProperty("max_age_ms") @Min(1) long maxAgeMs,
        @JsonProperty("max_bytes") @Min(1) long maxBytes,
        @JsonProperty("max_requests") @Min(1) int maxRequests) {

    static final String METHOD = "[A-Z]{1,32}";
}
