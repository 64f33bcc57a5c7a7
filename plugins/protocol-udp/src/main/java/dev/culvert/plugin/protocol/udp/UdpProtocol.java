package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.PublicPorts;
import dev.culvert.spi.protocol.TunnelHandle;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.net.BindException;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Opens a datagram socket for each tunnel. Thread-safe. */
final class UdpProtocol implements Protocol<UdpParameters> {

    private static final String SCHEME = "udp";

    private final Network network;
    private final UdpProtocolFactory settings;
    private final PublicPorts ports;
    private final Set<UdpEndpoint> endpoints = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    UdpProtocol(Network network, UdpProtocolFactory settings) {
        this.network = network;
        this.settings = settings;
        this.ports = new PublicPorts(settings.ports());
    }

    @Override
    public Class<UdpParameters> parametersType() {
        return UdpParameters.class;
    }

    @Override
    public Optional<Endpoint> requested(UdpParameters parameters) {
        return parameters.port() == 0 ? Optional.empty() : Optional.of(endpoint(parameters, parameters.port()));
    }

    @Override
    public UdpParameters pinned(UdpParameters parameters, Endpoint endpoint) {
        return parameters.withPort(endpoint.port());
    }

    @Override
    public CompletionStage<EndpointLease> open(TunnelHandle tunnel, UdpParameters parameters) {
        CompletableFuture<EndpointLease> opened = new CompletableFuture<>();
        try {
            String host = BindAddress.permitted(parameters.bind(), settings.bind());
            PrimitiveIterator.OfInt candidates = parameters.port() == 0
                    ? ports.assignable(tunnel.owner().rights())
                    : ports.requested(parameters.port());
            bind(new Opening(tunnel, parameters, host, candidates, opened));
        } catch (CulvertException e) {
            opened.completeExceptionally(e);
        }
        return opened;
    }

    @Override
    public void close() {
        closed = true;
        endpoints.forEach(UdpEndpoint::close);
    }

    private void bind(Opening opening) {
        int port = opening.candidates.nextInt();
        network.bindDatagrams(callersLoop(), new HostPort(opening.host, port)).addListener((FutureListener<
                        DatagramChannel>)
                bound -> {
                    if (bound.isSuccess()) {
                        opening.opened.complete(lease(bound.getNow(), opening));
                    } else if (bound.cause() instanceof BindException && opening.candidates.hasNext()) {
                        bind(opening);
                    } else {
                        opening.opened.completeExceptionally(unavailable(opening, port, bound));
                    }
                });
    }

    private UdpEndpoint lease(DatagramChannel socket, Opening opening) {
        Endpoint where = endpoint(opening.parameters, socket.localAddress().getPort());
        UdpEndpoint lease = new UdpEndpoint(where, socket, opening.tunnel, Limits.of(opening.parameters, settings));
        endpoints.add(lease);
        socket.closeFuture().addListener(gone -> endpoints.remove(lease));
        lease.start();
        if (closed) {
            lease.close();
        }
        return lease;
    }

    /** Who asks on behalf of a session does so on its loop: its datagrams then stay on one thread. */
    private EventLoop callersLoop() {
        for (EventExecutor each : network.eventLoops()) {
            if (each.inEventLoop()) {
                return (EventLoop) each;
            }
        }
        return network.eventLoops().next();
    }

    // The host is shown only where the tunnel asked for one: people reach the others by the server's name.
    private static Endpoint endpoint(UdpParameters parameters, int port) {
        return new Endpoint(SCHEME, parameters.bind(), port, "");
    }

    private static CulvertException unavailable(Opening opening, int port, Future<DatagramChannel> bound) {
        String address = opening.host.isEmpty() ? "" : " of " + opening.host;
        String what = opening.parameters.port() == 0
                ? "no free UDP port" + address + " was found"
                : "UDP port " + port + address + " cannot be opened";
        return new CulvertException(
                TunnelError.PORT_UNAVAILABLE, what + ": " + bound.cause().getMessage() + ".", bound.cause());
    }

    /** A tunnel on its way to a port. */
    private record Opening(
            TunnelHandle tunnel,
            UdpParameters parameters,
            String host,
            PrimitiveIterator.OfInt candidates,
            CompletableFuture<EndpointLease> opened) {}
}
