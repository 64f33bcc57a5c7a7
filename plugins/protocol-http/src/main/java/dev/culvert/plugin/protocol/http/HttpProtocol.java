package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.ListenerProbe;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.SessionPort;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.proxy.ProxyPeers;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.Channel;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One public port, and one of TLS, for all tunnels; each request goes to the one whose host and path it asks for. Thread-safe. */
final class HttpProtocol implements Protocol<HttpParameters>, SessionPort {

    private static final int ATTEMPTS = 16;
    private static final long REFRESH_MILLIS = 1000;

    private final Network network;
    private final HttpProtocolFactory settings;
    private final PublicNames names;
    private final Routes routes = new Routes();
    private final Front front;
    private final ProxyPeers proxies;
    private final @Nullable Certificates certificates;
    private final @Nullable ScheduledFuture<?> refreshing;
    private final Filters filters;
    private final HoldRoom room;
    private final ListenerProbe probe;
    private final ListenerProbe secureProbe;
    private volatile @Nullable Channel listening;
    private volatile @Nullable Channel listeningSecurely;

    HttpProtocol(PluginContext context, HttpProtocolFactory settings) {
        this.network = context.network();
        this.filters = new Filters(context, settings.filters(), settings.clientFilters());
        this.settings = settings;
        this.probe = new ListenerProbe(network);
        this.secureProbe = new ListenerProbe(network);
        this.room = new HoldRoom(settings.limits());
        this.names = new PublicNames(settings.domain(), settings.reserved(), settings.healthHost());
        this.proxies = new ProxyPeers(network, settings.proxyProtocolFrom());
        this.front = new Front(
                routes,
                settings.limits(),
                new Forwarding(settings.trustedProxies()),
                settings.accessLog(),
                settings.via(),
                new Health(settings.health(), settings.domain(), settings.healthHost()));
        TlsSection tls = settings.tls();
        Certificates read = tls == null ? null : Certificates.of(tls);
        certificates = read;
        refreshing = read == null
                ? null
                : context.scheduler()
                        .scheduleWithFixedDelay(
                                () -> context.blocking().execute(read::refresh),
                                REFRESH_MILLIS,
                                REFRESH_MILLIS,
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<List<Endpoint>> start() {
        CompletableFuture<Endpoint> plain = listen("http", settings.bind(), null, probe, bound -> listening = bound);
        TlsSection tls = settings.tls();
        if (tls == null) {
            return plain.thenApply(List::of);
        }
        return plain.thenCombine(
                listen("https", tls.bind(), certificates, secureProbe, bound -> listeningSecurely = bound), List::of);
    }

    private CompletableFuture<Endpoint> listen(
            String scheme, HostPort bind, @Nullable Certificates of, ListenerProbe probing, Consumer<Channel> listens) {
        CompletableFuture<Endpoint> started = new CompletableFuture<>();
        network.listen(
                        bind,
                        probing.before(connection -> proxies.take(
                                connection, (known, origin) -> Visitors.take(known, origin, network, front, of))))
                .addListener((FutureListener<Channel>) bound -> {
                    if (bound.isSuccess()) {
                        listens.accept(bound.getNow());
                        started.complete(new Endpoint(scheme, bind.host(), portOf(bound.getNow()), ""));
                    } else {
                        started.completeExceptionally(new CulvertException(
                                ConfigError.PORT_UNAVAILABLE,
                                "protocol \"http\": cannot bind " + bind + " ("
                                        + bound.cause().getMessage() + ").",
                                bound.cause()));
                    }
                });
        return started;
    }

    @Override
    public Class<HttpParameters> parametersType() {
        return HttpParameters.class;
    }

    @Override
    public Optional<Endpoint> requested(HttpParameters parameters) {
        HostName asked = parameters.host();
        return asked == null ? Optional.empty() : Optional.of(endpoint(names.resolve(asked), parameters.path()));
    }

    @Override
    public HttpParameters pinned(HttpParameters parameters, Endpoint endpoint) {
        return parameters.at(HostName.parse(endpoint.host()));
    }

    @Override
    public CompletionStage<EndpointLease> open(TunnelHandle tunnel, HttpParameters parameters) {
        try {
            HostName asked = parameters.host();
            Route route = asked == null ? picked(tunnel, parameters) : route(names.resolve(asked), tunnel, parameters);
            return CompletableFuture.completedFuture(
                    settings.tls() == null
                            ? probe.lease(route, () -> listening, () -> routes.has(route))
                            : secureProbe.lease(route, () -> listeningSecurely, () -> routes.has(route)));
        } catch (CulvertException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void drain() {
        front.drain();
    }

    @Override
    public CompletionStage<Void> leave() {
        front.drain();
        close(listening);
        close(listeningSecurely);
        return front.departure().begin();
    }

    @Override
    public void close() {
        front.drain();
        routes.keepNoStreams();
        filters.close();
        if (refreshing != null) {
            refreshing.cancel(false);
        }
        close(listening);
        close(listeningSecurely);
    }

    @Override
    public InetSocketAddress share(String path, Consumer<PrivateConnection> taken) {
        Channel bound = listening;
        if (bound == null) {
            throw new IllegalStateException("not started");
        }
        front.share(path, taken);
        return (InetSocketAddress) bound.localAddress();
    }

    private Route picked(TunnelHandle tunnel, HttpParameters parameters) {
        for (int attempt = 1; ; attempt++) {
            try {
                return route(names.below(Readable.next()), tunnel, parameters);
            } catch (CulvertException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Makes a tunnel public by a name that need not be one that tunnels may ask for. */
    Route route(HostName host, TunnelHandle tunnel, HttpParameters parameters) {
        HttpFilter filter = filters.of(parameters.filters());
        Route route = new Route(
                routes, host, endpoint(host, parameters.path()), tunnel, parameters, settings.limits(), room, filter);
        try {
            routes.add(route);
        } catch (CulvertException e) {
            if (filter != null) {
                filter.close();
            }
            throw e;
        }
        return route;
    }

    private Endpoint endpoint(HostName host, String path) {
        String url = settings.url();
        if (url != null) {
            Endpoint shown = Endpoint.parse(url);
            return new Endpoint(shown.scheme(), host.value(), shown.port(), path);
        }
        TlsSection tls = settings.tls();
        return tls == null
                ? endpoint("http", 80, port(listening, settings.bind()), host, path)
                : endpoint("https", 443, port(listeningSecurely, tls.bind()), host, path);
    }

    private static Endpoint endpoint(String scheme, int usual, int port, HostName host, String path) {
        return new Endpoint(scheme, host.value(), port == usual ? 0 : port, path);
    }

    private static int port(@Nullable Channel listening, HostPort bind) {
        return listening == null ? bind.port() : portOf(listening);
    }

    private static int portOf(Channel listening) {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    private static void close(@Nullable Channel listening) {
        if (listening != null) {
            listening.close();
        }
    }
}
