package dev.culvert.engine.config;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.Durations;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Locale;

/**
 * How a client finds out whether a tunnel's service is well, {@code health_check} of a {@code [[tunnel]]}.
 *
 * @param type {@code "tcp"}: the service accepts a connection; {@code "http"}: it answers a GET by a status from 200 to 399; default
 *     {@code http} if there is a path, else {@code tcp}
 * @param path what is asked for; default {@code /}
 * @param interval how long after one check comes the next; default 5 s
 * @param timeout how long a check may take; default 3 s
 * @param failures how many checks in a row have to fail until the service is not well; default 3
 * @param successes how many in a row have to succeed until it is again; default 2
 */
public record HealthCheckSection(
        Kind type,

        @Pattern(regexp = "/[!-~]{0,1023}", message = "expected: a path such as /healthz, without spaces")
        String path,

        Duration interval,
        Duration timeout,
        @Min(1) @Max(100) Integer failures,
        @Min(1) @Max(100) Integer successes) {

    /** What a check does. */
    public enum Kind {
        /** Connects. */
        @JsonProperty("tcp")
        TCP,

        /** Asks for a page. */
        @JsonProperty("http")
        HTTP
    }

    /** Fills the defaults in; refuses durations that are not positive, and a path of nothing. */
    public HealthCheckSection {
        type = requireNonNullElse(type, path == null ? Kind.TCP : Kind.HTTP);
        if (path != null && type != Kind.HTTP) {
            throw new IllegalArgumentException("path: set beside type = \""
                    + type.name().toLowerCase(Locale.ROOT) + "\" (expected: type = \"http\", or none)");
        }
        path = requireNonNullElse(path, "/");
        interval = Durations.positive("interval", requireNonNullElse(interval, Duration.ofSeconds(5)));
        timeout = Durations.positive("timeout", requireNonNullElse(timeout, Duration.ofSeconds(3)));
        failures = requireNonNullElse(failures, 3);
        successes = requireNonNullElse(successes, 2);
    }
}
