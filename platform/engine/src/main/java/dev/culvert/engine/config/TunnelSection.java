package dev.culvert.engine.config;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.Flattened;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.protocol.TunnelFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One tunnel, {@code [[tunnel]]}: the platform's keys, and beside them those of the plugin that {@code type} selects.
 *
 * @param name how people and logs call it; required, unique in the file
 * @param enabled whether it is started; false = it is checked only; default true
 * @param onConflict what happens if another client holds the endpoint; default {@code reject}, with {@code balance} or
 *     {@code weight} {@code balance}
 * @param balance how visitors are shared with other clients that hold the endpoint too: {@code "least-streams"},
 *     {@code "round-robin"}, {@code "source-hash"} or, of http, {@code "cookie"}; default {@code least-streams}
 * @param weight how many of them this client takes compared to the others, 1 to 1000; default 1
 * @param allow which networks visitors may come from; default all
 * @param deny which they may not come from; default none
 * @param probe whether the server may try the way to the service when no visitor does; default true
 * @param healthCheck how the client finds out whether the service is well; default not at all. Of no use on a server
 * @param bandwidth how many bytes a second, in each direction, its visitors may carry together; default no limit
 * @param maxConnections how many visitors it may have at once; default no limit
 * @param maxConnectionsPerSource how many of them may be of one address, of IPv6 of one /64; default no limit
 * @param factory the rest of the table
 */
public record TunnelSection(
        @NotNull @Pattern(regexp = NAME, message = "expected: letters, digits, dots, dashes, at most 64")
        String name,

        Boolean enabled,
        OnConflict onConflict,
        @Nullable Balance balance,
        @Nullable @Min(1) @Max(1_000) Integer weight,
        List<SourceNetwork> allow,
        List<SourceNetwork> deny,
        Boolean probe,
        @Nullable @Valid HealthCheckSection healthCheck,
        @Nullable DataSize bandwidth,
        @Nullable @Min(1) Integer maxConnections,
        @Nullable @Min(1) Integer maxConnectionsPerSource,
        @Flattened @NotNull @Valid TunnelFactory factory) {

    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    /** Fills the defaults in. */
    public TunnelSection {
        enabled = requireNonNullElse(enabled, true);
        boolean shares = balance != null || weight != null;
        onConflict = requireNonNullElse(onConflict, shares ? OnConflict.BALANCE : OnConflict.REJECT);
        if (shares && onConflict != OnConflict.BALANCE) {
            throw new IllegalArgumentException((balance != null ? "balance" : "weight")
                    + ": set beside on_conflict = \"" + onConflict.name().toLowerCase(Locale.ROOT)
                    + "\" (expected: on_conflict = \"balance\", or none)");
        }
        allow = requireNonNullElse(allow, List.of());
        deny = requireNonNullElse(deny, List.of());
        probe = requireNonNullElse(probe, true);
        new TunnelLimits(bandwidth, maxConnections, maxConnectionsPerSource);
    }

    /** How it shares its visitors. */
    public TunnelSharing sharing() {
        return TunnelSharing.of(balance, weight);
    }

    /** How many visitors it may have, and how fast they are. */
    public TunnelLimits limits() {
        return new TunnelLimits(bandwidth, maxConnections, maxConnectionsPerSource);
    }

    /**
     * Whether it asks for the same endpoint as another, so that all that is new can be taken over while the endpoint stays.
     *
     * @param other of the same name
     */
    public boolean hasEndpointOf(TunnelSection other) {
        return factory.getClass().equals(other.factory.getClass())
                && onConflict == other.onConflict
                && probe.equals(other.probe)
                && factory.parameters(null).equals(other.factory.parameters(null));
    }

    /** Whether it also lets in the same visitors, in the same way. */
    public boolean hasLimitsOf(TunnelSection other) {
        return allow.equals(other.allow)
                && deny.equals(other.deny)
                && limits().equals(other.limits())
                && sharing().equals(other.sharing());
    }

    /** Whether the server may try the way to the service, and would learn something by it. */
    public boolean probed() {
        return probe && factory.canBeProbed();
    }

    /** Where visitors may come from. */
    public SourceNetworks visitors() {
        return new SourceNetworks(allow, deny);
    }
}
