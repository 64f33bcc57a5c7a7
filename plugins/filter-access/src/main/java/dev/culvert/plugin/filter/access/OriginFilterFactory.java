package dev.culvert.plugin.filter.access;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Keeps pages of other sites from changing anything by their visitors' browsers: requests that are not GET, HEAD or
 * OPTIONS, and WebSockets, pass only from the site itself and from those listed. {@code {type = "origin"}}.
 *
 * @param allow which other sites' pages may; default none
 * @param required whether such requests must say where they come from, which programs do not; default false
 */
@Extension
@JsonTypeName("origin")
public record OriginFilterFactory(
        @Nullable List<Origin> allow, @Nullable Boolean required) implements HttpFilterFactory {

    /** Copies what it is given. */
    public OriginFilterFactory {
        allow = allow == null ? null : List.copyOf(allow);
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new OriginFilter(allow == null ? List.of() : allow, Boolean.TRUE.equals(required));
    }
}
