package dev.culvert.server;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.engine.wire.NoMultiplexer;
import dev.culvert.engine.wire.TransportAlternative;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.dialect.DialectFactory;
import dev.culvert.spi.link.LinkFactory;
import dev.culvert.spi.mux.MultiplexerFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients connect: a {@code [[listen]]} section.
 *
 * @param name what sessions that came this way are known by; default {@code main}
 * @param bind address and port; default {@code :4444}, all addresses
 * @param share the type of a {@code [[protocol]]} whose port clients connect to, instead of one of this section; default
 *     none
 * @param transport how the connection is made private; default {@code "tls"}
 * @param multiplexer how it carries streams; default {@code "yamux"}
 * @param link a wire that brings its own streams, instead of the two above
 * @param dialect what is spoken on it; default {@code "culvert"}
 * @param insecurePublic whether strangers may reach a dialect that authenticates nobody; default false
 * @param allow which networks clients may come from; default all
 * @param deny which they may not come from; default none
 * @param loginTimeout how long a client may take to log in; default 10 s
 */
public record ListenSettings(
        @NotBlank String name,
        HostPort bind,
        @Nullable String share,

        @Size(max = 1, message = "one transport: a listener has no alternatives") @Valid
        List<TransportAlternative> transport,

        @Valid MultiplexerFactory multiplexer,
        @Nullable @Valid LinkFactory link,
        @NotNull @Valid DialectFactory dialect,
        Boolean insecurePublic,
        List<SourceNetwork> allow,
        List<SourceNetwork> deny,
        Duration loginTimeout) {

    /** Fills in defaults. */
    public ListenSettings {
        name = requireNonNullElse(name, "main");
        if (share != null && bind != null) {
            throw new IllegalArgumentException(
                    "bind: \"" + bind + "\" (expected: none beside share = \"" + share + "\")");
        }
        bind = requireNonNullElse(bind, new HostPort("", 4444));
        transport = requireNonNullElse(transport, List.of());
        multiplexer = requireNonNullElse(multiplexer, new NoMultiplexer());
        insecurePublic = requireNonNullElse(insecurePublic, false);
        allow = requireNonNullElse(allow, List.of());
        deny = requireNonNullElse(deny, List.of());
        loginTimeout = requireNonNullElse(loginTimeout, Duration.ofSeconds(10));
    }

    /** Where clients may come from. */
    SourceNetworks clients() {
        return new SourceNetworks(allow, deny);
    }
}
