package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.ListenerProbe;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.PublicPorts;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.proxy.ProxyPeers;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Opens a listening port for each tunnel. Thread-safe. */
final class TcpProtocol implements Protocol<TcpParameters> {

    private static final String SCHEME = "tcp";

    private final Network network;
    private final TcpProtocolFactory settings;
    private final PublicPorts ports;
    private final ProxyPeers proxies;
    private final Set<TcpEndpoint> endpoints = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    TcpProtocol(Network network, TcpProtocolFactory settings) {
        this.network = network;
        this.settings = settings;
        this.ports = new PublicPorts(settings.ports());
        this.proxies = new ProxyPeers(network, settings.proxyProtocolFrom());
    }

    @Override
    public Class<TcpParameters> parametersType() {
        return TcpParameters.class;
    }

    @Override
    public Optional<Endpoint> requested(TcpParameters parameters) {
        return parameters.port() == 0 ? Optional.empty() : Optional.of(endpoint(parameters, parameters.port()));
    }

    @Override
    public TcpParameters pinned(TcpParameters parameters, Endpoint endpoint) {
        return parameters.withPort(endpoint.port());
    }

    @Override
    public CompletionStage<EndpointLease> open(TunnelHandle tunnel, TcpParameters parameters) {
        CompletableFuture<EndpointLease> opened = new CompletableFuture<>();
        try {
            String host = BindAddress.permitted(parameters.bind(), settings.bind());
            PrimitiveIterator.OfInt candidates = parameters.port() == 0
                    ? ports.assignable(tunnel.owner().rights())
                    : ports.requested(parameters.port());
            listen(new Opening(tunnel, parameters, host, candidates, opened));
        } catch (CulvertException e) {
            opened.completeExceptionally(e);
        }
        return opened;
    }

    @Override
    public void close() {
        closed = true;
        endpoints.forEach(TcpEndpoint::close);
    }

    private void listen(Opening opening) {
        int port = opening.candidates.nextInt();
        Visitors visitors = new Visitors(network, opening.tunnel, Limits.of(opening.parameters, settings));
        ListenerProbe probe = new ListenerProbe(network);
        network.listen(
                        new HostPort(opening.host, port),
                        probe.before(connection -> proxies.take(connection, visitors::accepted)))
                .addListener((FutureListener<Channel>) bound -> {
                    if (bound.isSuccess()) {
                        Channel listening = bound.getNow();
                        opening.opened.complete(probe.lease(
                                lease(listening, visitors, opening.parameters), () -> listening, () -> true));
                    } else if (bound.cause() instanceof BindException && opening.candidates.hasNext()) {
                        listen(opening);
                    } else {
                        opening.opened.completeExceptionally(unavailable(opening, port, bound));
                    }
                });
    }

    private TcpEndpoint lease(Channel listening, Visitors visitors, TcpParameters parameters) {
        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        TcpEndpoint lease = new TcpEndpoint(endpoint(parameters, port), listening, visitors);
        endpoints.add(lease);
        listening.closeFuture().addListener(gone -> endpoints.remove(lease));
        if (closed) {
            lease.close();
        }
        return lease;
    }

    // The host is shown only where the tunnel asked for one: people reach the others by the server's name.
    private static Endpoint endpoint(TcpParameters parameters, int port) {
        return new Endpoint(SCHEME, parameters.bind(), port, "");
    }

    private static CulvertException unavailable(Opening opening, int port, Future<Channel> bound) {
        String address = opening.host.isEmpty() ? "" : " of " + opening.host;
        String what = opening.parameters.port() == 0
                ? "no free port" + address + " was found"
                : "port " + port + address + " cannot be opened";
        return new CulvertException(
                TunnelError.PORT_UNAVAILABLE, what + ": " + bound.cause().getMessage() + ".", bound.cause());
    }

    /** A tunnel on its way to a port. */
    private record Opening(
            TunnelHandle tunnel,
            TcpParameters parameters,
            String host,
            PrimitiveIterator.OfInt candidates,
            CompletableFuture<EndpointLease> opened) {}
}
