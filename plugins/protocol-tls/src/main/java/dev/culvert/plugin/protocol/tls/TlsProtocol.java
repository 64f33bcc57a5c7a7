package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.Network;
import dev.culvert.spi.Rights;
import dev.culvert.spi.SourceCounts;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.ListenerProbe;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.proxy.ProxyPeers;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One public port for all tunnels; each visitor goes to the one whose name it asks for. Thread-safe. */
final class TlsProtocol implements Protocol<TlsParameters> {

    private static final String SCHEME = "tls";

    private final Network network;
    private final TlsProtocolFactory settings;
    private final Hosts hosts = new Hosts();
    private final SourceCounts sources;
    private final Pending pending;
    private final ProxyPeers proxies;
    private final ListenerProbe probe;
    private volatile @Nullable Channel listening;

    TlsProtocol(Network network, TlsProtocolFactory settings) {
        this.network = network;
        this.settings = settings;
        this.sources = new SourceCounts(settings.maxConnectionsPerSource());
        this.pending = new Pending(settings.maxPending(), settings.maxPendingPerSource());
        this.proxies = new ProxyPeers(network, settings.proxyProtocolFrom());
        this.probe = new ListenerProbe(network);
    }

    @Override
    public CompletionStage<List<Endpoint>> start() {
        CompletableFuture<List<Endpoint>> started = new CompletableFuture<>();
        network.listen(settings.bind(), probe.before(connection -> proxies.take(connection, this::accepted)))
                .addListener((FutureListener<Channel>) bound -> {
                    if (bound.isSuccess()) {
                        listening = bound.getNow();
                        started.complete(
                                List.of(new Endpoint(SCHEME, settings.bind().host(), port(), "")));
                    } else {
                        started.completeExceptionally(new CulvertException(
                                ConfigError.PORT_UNAVAILABLE,
                                "protocol \"tls\": cannot bind " + settings.bind() + " ("
                                        + bound.cause().getMessage() + ").",
                                bound.cause()));
                    }
                });
        return started;
    }

    @Override
    public Class<TlsParameters> parametersType() {
        return TlsParameters.class;
    }

    @Override
    public Optional<Endpoint> requested(TlsParameters parameters) {
        return Optional.of(endpoint(hostOf(parameters)));
    }

    @Override
    public TlsParameters pinned(TlsParameters parameters, Endpoint endpoint) {
        return parameters; // always asks for one endpoint
    }

    @Override
    public CompletionStage<EndpointLease> open(TunnelHandle tunnel, TlsParameters parameters) {
        try {
            TlsTunnel opened = opened(tunnel, parameters);
            return CompletableFuture.completedFuture(probe.lease(opened, () -> listening, () -> hosts.has(opened)));
        } catch (CulvertException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Gives a tunnel its name. */
    TlsTunnel opened(TunnelHandle tunnel, TlsParameters parameters) {
        HostName host = hostOf(parameters);
        requireExplicit(tunnel.owner().rights(), host);
        long halfCloseMs = Math.min(
                parameters.halfCloseTimeoutMs(), settings.maxHalfCloseTimeout().toMillis());
        BridgeOptions options = new BridgeOptions(Duration.ofMillis(halfCloseMs));
        TlsTunnel opened = new TlsTunnel(hosts, host, endpoint(host), tunnel, options);
        hosts.add(opened);
        return opened;
    }

    @Override
    public void close() {
        Channel channel = listening;
        if (channel != null) {
            channel.close();
        }
    }

    private void accepted(DuplexChannel connection, StreamOrigin origin) {
        InetSocketAddress source = origin.visitor();
        if (!sources.enter(source)) {
            network.refuse(
                    connection,
                    new CulvertException(
                            TunnelError.PORT_SOURCE_LIMIT,
                            "one source has as many connections as it may (max_connections_per_source: "
                                    + settings.maxConnectionsPerSource() + ")."));
        } else if (!pending.enter(source)) {
            sources.leave(source);
            network.refuse(
                    connection,
                    new CulvertException(
                            WireError.TOO_MANY_PENDING,
                            "as many visitors as may be have no service yet (max_pending: " + settings.maxPending()
                                    + ", max_pending_per_source: " + settings.maxPendingPerSource() + ")."));
        } else {
            Runnable served = () -> pending.leave(source);
            Runnable gone = () -> sources.leave(source);
            new Visitor(connection, origin, hosts, served, gone).start(network, settings.helloTimeout());
        }
    }

    // A label alone is a name below the server's domain. What the domain keeps for itself is nobody's.
    private HostName hostOf(TlsParameters parameters) {
        HostName asked = parameters.host();
        HostName domain = settings.domain();
        boolean label = asked.value().indexOf('.') < 0;
        if (label && domain == null) {
            throw new CulvertException(
                    TunnelError.INVALID_PARAMETERS,
                    "host: \"" + asked + "\" (expected: a whole name, since this server has no domain).");
        }
        HostName host = label ? HostName.parse(asked + "." + domain) : asked;
        if (domain != null
                && (host.equals(domain) || host.isWildcard() && host.covers(HostName.parse("a." + domain)))) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED, "host: \"" + host + "\" (expected: a name below " + domain + ").");
        }
        if (isTooWide(host)) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED,
                    "host: \"" + host + "\" (expected: a name, or a wildcard with two labels behind it).");
        }
        if (domain != null && host.isBelow(domain) && isReserved(host, domain)) {
            throw new CulvertException(TunnelError.NOT_PERMITTED, "host: \"" + host + "\" is reserved.");
        }
        return host;
    }

    // A wildcard over a whole top-level domain would take every name there from the others; an address is no name.
    private static boolean isTooWide(HostName host) {
        String name = host.value();
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean wide = host.isWildcard() && name.indexOf('.') == name.lastIndexOf('.');
        return wide || last.chars().allMatch(Character::isDigit);
    }

    // Rights without hosts permit every name, one by one. All names of somebody's domain are more than that.
    private void requireExplicit(Rights rights, HostName host) {
        HostName domain = settings.domain();
        boolean inside = domain != null && host.isBelow(domain);
        if (host.isWildcard() && !inside && rights.hosts().isEmpty()) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED,
                    "host: \"" + host + "\" takes every name of a domain that is not this server's (expected: rights"
                            + " whose hosts list it).");
        }
    }

    private boolean isReserved(HostName host, HostName domain) {
        String prefix =
                host.value().substring(0, host.value().length() - domain.value().length() - 1);
        String nearest = prefix.substring(prefix.lastIndexOf('.') + 1);
        return settings.reserved().stream()
                .map(label -> label.toLowerCase(Locale.ROOT))
                .anyMatch(label -> label.equals(nearest) || prefix.startsWith(label + "."));
    }

    private Endpoint endpoint(HostName host) {
        int port = port();
        return new Endpoint(SCHEME, host.value(), port == 443 ? 0 : port, "");
    }

    private int port() {
        Channel channel = listening;
        return channel == null ? settings.bind().port() : ((InetSocketAddress) channel.localAddress()).getPort();
    }
}
