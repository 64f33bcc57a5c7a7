package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Turn;
import dev.culvert.spi.protocol.Visit;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A tunnel as far as some of its sessions serve it. Thread-safe. */
final class ListenerTunnel implements TunnelHandle {

    private final PublicTunnel whole;
    private final SessionChoice choice;

    ListenerTunnel(PublicTunnel whole, SessionChoice choice) {
        this.whole = whole;
        this.choice = choice;
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public Principal owner() {
        return whole.owner();
    }

    @Override
    public Future<TunnelStream> openStream(StreamOrigin origin) {
        return whole.openStream(origin, choice);
    }

    @Override
    public CompletionStage<Turn> turn(StreamOrigin origin, @Nullable String token) {
        return whole.turn(origin, token, choice);
    }

    @Override
    public TunnelHandle through(String listener, boolean only) {
        return whole.through(listener, only);
    }

    @Override
    public boolean mayReuse(TunnelStream stream, StreamOrigin origin) {
        return whole.mayReuse(stream, origin);
    }

    @Override
    public void leave(TunnelStream stream) {
        whole.leave(stream);
    }

    @Override
    public boolean enter(TunnelStream stream, StreamOrigin origin) {
        return whole.enter(stream, origin);
    }

    @Override
    public CompletionStage<Void> available() {
        return whole.available(choice);
    }

    @Override
    public void bridge(DuplexChannel visitor, TunnelStream stream, BridgeOptions options) {
        whole.bridge(visitor, stream, options);
    }

    @Override
    public Visit visit(TunnelStream stream, StreamOrigin origin) {
        return whole.visit(stream, origin);
    }

    @Override
    public void counted(DatagramCount count) {
        whole.counted(count);
    }

    @Override
    public void refused(StreamOrigin origin, CulvertException cause) {
        whole.refused(origin, cause);
    }

    @Override
    public void refused(StreamOrigin origin, TunnelStream stream, CulvertException cause) {
        whole.refused(origin, stream, cause);
    }

    @Override
    public Runnable carries(TunnelStream stream) {
        return whole.carries(stream);
    }

    @Override
    public void requestEnded(RequestReport report) {
        whole.requestEnded(report);
    }
}
