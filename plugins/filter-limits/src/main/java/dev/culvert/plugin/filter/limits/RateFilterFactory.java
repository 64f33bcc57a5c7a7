package dev.culvert.plugin.filter.limits;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Limits how many requests come in a time. {@code {type = "rate", limit = "1000/m"}}.
 *
 * @param limit how many in a second, minute or hour; required
 * @param burst how many may come at once after a pause; default as many as {@code limit} says
 * @param by which requests share it: {@code tunnel}, {@code host}, {@code account}, {@code source} or {@code
 *     everything}; default {@code source}
 * @param maxKeys how many sources, hosts and so on are told apart at once, all others share one limit; default 10,000
 */
@Extension
@JsonTypeName("rate")
public record RateFilterFactory(
        @NotNull Rate limit,
        @Nullable @Min(1) @Max(1_000_000_000) Integer burst,
        @Nullable Per by,
        @Nullable @Min(1) @Max(1_000_000) Integer maxKeys)
        implements HttpFilterFactory {

    private static final int MAX_KEYS = 10_000;

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        Buckets buckets = new Buckets(
                limit.intervalNanos(),
                requireNonNullElse(burst, limit.count()),
                // The memory is the server's, whoever asks for it.
                author == Role.CLIENT
                        ? Math.min(MAX_KEYS, requireNonNullElse(maxKeys, MAX_KEYS))
                        : requireNonNullElse(maxKeys, MAX_KEYS),
                System::nanoTime);
        return new RateFilter(limit, requireNonNullElse(by, Per.SOURCE), buckets);
    }
}
