package dev.culvert.client;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.bridge.BridgeEnd;
import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.telemetry.LoggedVisit;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.dialect.DialReply;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.Visit;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;

/** One stream on its way to a local service. Lives on the stream's loop. */
final class Delivery implements IncomingStream {

    private final PlacedTunnel tunnel;
    private final String account;
    private final StreamOrigin origin;
    private final DuplexChannel stream;
    private final DialReply reply;
    private final ClientObserver observer;
    private final boolean probe;
    private final long start = System.nanoTime();
    private boolean accepted;

    Delivery(
            PlacedTunnel tunnel,
            String account,
            StreamOrigin origin,
            DuplexChannel stream,
            DialReply reply,
            ClientObserver observer,
            boolean probe) {
        this.tunnel = tunnel;
        this.account = account;
        this.origin = origin;
        this.stream = stream;
        this.reply = reply;
        this.observer = observer;
        this.probe = probe;
    }

    @Override
    public DuplexChannel channel() {
        return stream;
    }

    @Override
    public StreamOrigin origin() {
        return origin;
    }

    @Override
    public void bridge(DuplexChannel service, BridgeOptions options) {
        if (!accepted) {
            accept();
        }
        if (probe) {
            Bridge.join(stream, service, options, end -> {}); // nobody's connection: no log and no count
            return;
        }
        observer.visitorOpened(event(origin, 0, 0, Duration.ZERO, ""));
        Traffic.Flow flow = Traffic.open(tunnel.traffic());
        flow.through(Bridge.join(stream, service, options, end -> {
            flow.closed(end);
            closed(origin, end);
        }));
    }

    @Override
    public void accept() {
        accepted = true;
        tunnel.accepted();
        if (!probe) {
            observer.dialled(tunnel.name(), Duration.ofNanos(System.nanoTime() - start), null);
        }
        reply.connected();
    }

    @Override
    public void refuse(CulvertException cause) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (!accepted) {
            tunnel.failed(cause);
        }
        if (!probe) {
            tunnel.traffic().refused();
            if (!accepted) {
                observer.dialled(tunnel.name(), took, cause);
            }
            observer.visitorRefused(event(origin, 0, 0, took, cause.reason()));
        }
        if (!accepted) {
            reply.refused(cause);
        }
    }

    @Override
    public Visit visit(StreamOrigin visitor) {
        observer.visitorOpened(event(visitor, 0, 0, Duration.ZERO, ""));
        Traffic.Flow flow = Traffic.open(tunnel.traffic());
        return new LoggedVisit(RateLimits.NONE, tunnel::served, end -> {
            CulvertException cause = end.cause();
            if (cause != null && cause.code() instanceof ServiceError) {
                tunnel.failed(cause);
            }
            flow.closed(end);
            closed(visitor, end);
        });
    }

    @Override
    public void counted(DatagramCount count) {
        observer.datagrams(new DatagramEvent(Role.CLIENT, tunnel.name(), account, count));
    }

    private void closed(StreamOrigin visitor, BridgeEnd end) {
        CulvertException cause = end.cause();
        String reason = cause == null ? "closed" : cause.reason();
        observer.visitorClosed(event(visitor, end.bytesAtoB(), end.bytesBtoA(), end.duration(), reason));
    }

    private VisitorEvent event(StreamOrigin of, long in, long out, Duration duration, String reason) {
        InetSocketAddress visitor = of.visitor();
        String from = visitor == null ? "-" : NetUtil.toSocketAddressString(visitor);
        return new VisitorEvent(
                Role.CLIENT, tunnel.name(), account, from, tunnel.tunnel().local(), in, out, duration, reason);
    }
}
