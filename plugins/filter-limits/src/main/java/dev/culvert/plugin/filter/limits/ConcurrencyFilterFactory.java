package dev.culvert.plugin.filter.limits;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Limits how many requests are under way at once, WebSockets included. {@code {type = "concurrency", limit = 64}}.
 *
 * @param limit how many; required
 * @param by which requests share it, as of the filter {@code rate}; default {@code tunnel}
 */
@Extension
@JsonTypeName("concurrency")
public record ConcurrencyFilterFactory(
        @NotNull @Min(1) Integer limit, @Nullable Per by) implements HttpFilterFactory {

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new ConcurrencyFilter(limit, requireNonNullElse(by, Per.TUNNEL));
    }
}
