package dev.culvert.plugin.protocol.http;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.Durations;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;

/**
 * Which requests wait while the tunnel's client is away, instead of getting 502: {@code hold} of a tunnel. The server has
 * limits of its own above these.
 *
 * @param methods of requests that wait; default GET and HEAD
 * @param maxAge for how long; default 10 s
 * @param maxBytes how much of them is held in all; default 64 KiB
 * @param maxRequests how many of them; default 100
 */
public record HoldSection(
        @NotEmpty
        List<@Pattern(regexp = HoldTerms.METHOD, message = "expected: a method in capitals, such as GET") String>
                methods,

        Duration maxAge,
        DataSize maxBytes,
        @Min(1) Integer maxRequests) {

    /** Fills in the defaults. */
    public HoldSection {
        methods = List.copyOf(requireNonNullElse(methods, List.of("GET", "HEAD")));
        maxAge = Durations.positive("max_age", requireNonNullElse(maxAge, Duration.ofSeconds(10)));
        maxBytes = requireNonNullElse(maxBytes, DataSize.ofKibibytes(64));
        maxRequests = requireNonNullElse(maxRequests, 100);
    }

    HoldTerms terms() {
        return new HoldTerms(methods, maxAge.toMillis(), maxBytes.bytes(), maxRequests);
    }
}
