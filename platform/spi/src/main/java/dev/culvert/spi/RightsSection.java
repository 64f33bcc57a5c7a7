package dev.culvert.spi;

import static java.util.Objects.requireNonNullElse;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Rights} as a file has them: the keys that every kind of credential shares. A credential's own record has this as
 * a {@link Flattened} component, so that the keys stand beside its own.
 *
 * @param types which types of tunnel the holder may open, {@code ["tcp"]}; default all
 * @param ports which public ports, {@code [8080, "7000-7999"]}; default all
 * @param names which names of tunnels, {@code ["web*"]}; default all
 * @param hosts which public host names, {@code ["*.example.com"]}; default all
 * @param sessions how many sessions of clients the account may have at once; default no limit
 * @param tunnels how many endpoints the account may have at once; default no limit
 * @param streams how many connections of visitors, requests of http and flows of UDP the account may have at once; default no
 *     limit
 * @param bandwidth how many bytes a second in each direction the account's streams may carry together, {@code "1MiB"};
 *     default no limit
 * @param sources which networks the holder may log in from, {@code ["10.0.0.0/8"]}; default all
 */
public record RightsSection(
        // An empty list would permit everything, which is hardly what somebody meant who wrote it.
        @Nullable @Size(min = 1) Set<String> types,
        @Nullable @Size(min = 1) List<PortRange> ports,
        @Nullable @Size(min = 1) List<String> names,
        @Nullable @Size(min = 1) List<String> hosts,
        @Nullable @Min(1) Integer sessions,
        @Nullable @Min(1) Integer tunnels,
        @Nullable @Min(1) Integer streams,
        @Nullable DataSize bandwidth,
        @Nullable @Size(min = 1) List<SourceNetwork> sources) {

    /** Refuses what {@link Rights} would. */
    public RightsSection {
        Rights.ALL.withHosts(requireNonNullElse(hosts, List.of())).withBandwidth(bandwidth);
        new Rights(Set.of(), List.of(), requireNonNullElse(names, List.of()));
    }

    /** What these keys permit. */
    public Rights rights() {
        return new Rights(
                requireNonNullElse(types, Set.of()),
                requireNonNullElse(ports, List.of()),
                requireNonNullElse(names, List.of()),
                requireNonNullElse(hosts, List.of()),
                sessions,
                tunnels,
                streams,
                bandwidth,
                requireNonNullElse(sources, List.of()));
    }
}
