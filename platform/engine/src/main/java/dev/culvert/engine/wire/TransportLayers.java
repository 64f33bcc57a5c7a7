package dev.culvert.engine.wire;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Transports inside each other, from the wire inwards: the channel that one makes is the raw channel of the next. What
 * the innermost one establishes counts, completed by what those around it know.
 */
public final class TransportLayers {

    private final List<Transport> layers;

    /**
     * Makes a stack of transports.
     *
     * @param layers at least one, the outermost first
     */
    public TransportLayers(List<Transport> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("layers: none (expected: at least one transport)");
        }
        this.layers = List.copyOf(layers);
    }

    /**
     * Where to connect to.
     *
     * @param server the server as configured
     */
    public HostPort wireAddress(HostPort server) {
        return layers.get(0).wireAddress(server);
    }

    /** Whether any layer keeps the connection private. */
    public boolean isConfidential() {
        return layers.stream().anyMatch(Transport::isConfidential);
    }

    /** Whether any layer establishes who a client is. */
    public boolean establishesIdentity() {
        return layers.stream().anyMatch(Transport::establishesIdentity);
    }

    /** What a client may pin to be sure of this server, of whichever layer has it; possibly nothing. */
    public List<String> pins() {
        return layers.stream().flatMap(layer -> layer.pins().stream()).toList();
    }

    /** The path that its clients ask for, if it can share a port with visitors. */
    public Optional<String> sharedPath() {
        return layers.get(0).sharedPath();
    }

    /**
     * The client's handshakes.
     *
     * @param raw a connected channel
     * @param server the server as configured
     */
    public Future<Optional<PrivateConnection>> connect(Channel raw, HostPort server) {
        return next(0, raw, (layer, channel) -> {
            Promise<Optional<PrivateConnection>> promise = channel.eventLoop().newPromise();
            layer.connect(channel, server).addListener((Future<PrivateConnection> done) -> {
                if (done.isSuccess()) {
                    promise.setSuccess(Optional.of(done.getNow()));
                } else {
                    promise.setFailure(done.cause());
                }
            });
            return promise;
        });
    }

    /**
     * The server's handshakes.
     *
     * @param raw an accepted channel
     * @return empty if an older connection absorbed this one
     */
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        return next(0, raw, Transport::accept);
    }

    /** Closes every layer. */
    public void close() {
        layers.forEach(Transport::close);
    }

    private Future<Optional<PrivateConnection>> next(
            int index, Channel channel, BiFunction<Transport, Channel, Future<Optional<PrivateConnection>>> handshake) {
        Future<Optional<PrivateConnection>> layer = handshake.apply(layers.get(index), channel);
        if (index == layers.size() - 1) {
            return layer;
        }
        Promise<Optional<PrivateConnection>> inner = channel.eventLoop().newPromise();
        layer.addListener((Future<Optional<PrivateConnection>> done) -> {
            if (!done.isSuccess()) {
                inner.setFailure(done.cause());
            } else if (done.getNow().isEmpty()) {
                inner.setSuccess(Optional.empty());
            } else {
                PrivateConnection outer = done.getNow().get();
                next(index + 1, outer.channel(), handshake).addListener((Future<Optional<PrivateConnection>> last) -> {
                    if (last.isSuccess()) {
                        inner.setSuccess(last.getNow().map(connection -> completedBy(outer, connection)));
                    } else {
                        inner.setFailure(last.cause());
                    }
                });
            }
        });
        return inner;
    }

    /**
     * One connection inside another. A WebSocket inside TLS knows nothing of the certificate; what the outer layer
     * established still holds.
     *
     * @param outer nearer to the wire
     * @param inner what was made of its channel
     */
    public static PrivateConnection completedBy(PrivateConnection outer, PrivateConnection inner) {
        return new PrivateConnection(
                inner.channel(),
                ContextOfLayers.merge(outer.context(), inner.context()),
                inner.principal() == null ? outer.principal() : inner.principal());
    }
}
