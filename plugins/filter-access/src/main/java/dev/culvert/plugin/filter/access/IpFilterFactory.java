package dev.culvert.plugin.filter.access;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets requests pass from some networks and not from others; what a trusted proxy says of its visitor counts. {@code
 * {type = "ip"}}.
 *
 * @param allow which networks may come; default all
 * @param deny which may not, also where they are allowed; default none
 */
@Extension
@JsonTypeName("ip")
public record IpFilterFactory(
        @Nullable List<SourceNetwork> allow, @Nullable List<SourceNetwork> deny) implements HttpFilterFactory {

    /** Refuses a section that says nothing. */
    public IpFilterFactory {
        if ((allow == null || allow.isEmpty()) && (deny == null || deny.isEmpty())) {
            throw new IllegalArgumentException("expected: allow or deny, with at least one network");
        }
        allow = allow == null ? null : List.copyOf(allow);
        deny = deny == null ? null : List.copyOf(deny);
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new IpFilter(new SourceNetworks(orNone(allow), orNone(deny)));
    }

    private static List<SourceNetwork> orNone(@Nullable List<SourceNetwork> networks) {
        return networks == null ? List.of() : networks;
    }
}
