package dev.culvert.plugin.filter.breaker;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.Durations;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Leaves a service alone for a while that fails too often: its visitors get 503 at once, and a few requests find out
 * whether it is well again. Each tunnel has a circuit of its own. {@code {type = "breaker"}}.
 *
 * @param failures how many of the last {@code window} requests may fail before the circuit opens; default 5
 * @param window how many requests are remembered; default 20
 * @param openFor how long the service is left alone; default 30 s
 * @param probes how many requests then try it, one after another, and must all succeed; default 1
 * @param statuses which answers of the service are failures; default 500, 502, 503, 504. A service that cannot be
 *     reached, is late or breaks off has always failed
 */
@Extension
@JsonTypeName("breaker")
public record BreakerFilterFactory(
        @Nullable @Min(1) @Max(1000) Integer failures,
        @Nullable @Min(1) @Max(1000) Integer window,
        @Nullable Duration openFor,
        @Nullable @Min(1) @Max(100) Integer probes,
        @Nullable List<@Min(400) @Max(599) Integer> statuses)
        implements HttpFilterFactory {

    private static final int FAILURES = 5;
    private static final int WINDOW = 20;
    private static final List<Integer> STATUSES = List.of(500, 502, 503, 504);

    /** Refuses a window that could never hold as many failures. */
    public BreakerFilterFactory {
        int most = requireNonNullElse(window, WINDOW);
        int wanted = requireNonNullElse(failures, FAILURES);
        if (wanted > most) {
            throw new IllegalArgumentException("failures: " + wanted + " (expected: at most window, " + most + ")");
        }
        if (openFor != null) {
            Durations.positive("open_for", openFor);
        }
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        CircuitLimits limits = new CircuitLimits(
                requireNonNullElse(failures, FAILURES),
                requireNonNullElse(window, WINDOW),
                requireNonNullElse(openFor, Duration.ofSeconds(30)),
                requireNonNullElse(probes, 1));
        return new BreakerFilter(limits, Set.copyOf(requireNonNullElse(statuses, STATUSES)), System::nanoTime);
    }
}
