package dev.culvert.testkit;

import dev.culvert.spi.Role;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Two links of one multiplexer over a pair of sockets: the near one is the client's, the far one the server's. */
public final class LinkPair implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 5;

    private final SocketPair sockets;
    private final Link near;
    private final Link far;
    private final BlockingQueue<StreamEnd> acceptedNear = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamEnd> acceptedFar = new LinkedBlockingQueue<>();

    private LinkPair(SocketPair sockets, Multiplexer near, Multiplexer far) {
        this.sockets = sockets;
        this.near = link(sockets.near(), near, Role.CLIENT);
        this.far = link(sockets.far(), far, Role.SERVER);
        this.near.onStream(stream -> acceptedNear.add(StreamEnd.of(stream)));
        this.far.onStream(stream -> acceptedFar.add(StreamEnd.of(stream)));
        this.near.start();
        this.far.start();
    }

    /**
     * Connects two multiplexers.
     *
     * @param loops how their sockets do I/O
     * @param near the client's
     * @param far the server's
     */
    public static LinkPair open(Loops loops, Multiplexer near, Multiplexer far) {
        return new LinkPair(SocketPair.open(loops), near, far);
    }

    /**
     * What a transport that adds nothing makes of a socket.
     *
     * @param channel the socket
     */
    public static PrivateConnection plain(Channel channel) {
        return new PrivateConnection(
                channel, new AuthenticationContext(channel.remoteAddress(), null, Map.of(), false), null);
    }

    /**
     * Opens a link as the platform does, on the connection's loop.
     *
     * @param channel the connection
     * @param multiplexer whose link
     * @param role which end
     */
    public static Link link(Channel channel, Multiplexer multiplexer, Role role) {
        return get(channel.eventLoop().submit(() -> multiplexer.open(plain(channel), role)));
    }

    /**
     * Opens a stream and records from its first moment on.
     *
     * @param link the link of the opening end
     */
    public static StreamEnd open(Link link) {
        Promise<StreamEnd> opened = link.eventLoop().newPromise();
        link.eventLoop()
                .execute(() -> link.openStream().addListener((Future<DuplexChannel> stream) -> {
                    if (stream.isSuccess()) {
                        opened.setSuccess(StreamEnd.of(stream.getNow()));
                    } else {
                        opened.setFailure(stream.cause());
                    }
                }));
        return get(opened);
    }

    /** The client's link. */
    public Link near() {
        return near;
    }

    /** The server's link. */
    public Link far() {
        return far;
    }

    /** The connection. */
    public SocketPair sockets() {
        return sockets;
    }

    /** Opens a stream from the near end and gives both its ends, neither of them reading. */
    public StreamPair open() {
        StreamEnd opened = open(near);
        return new StreamPair(opened, accepted(acceptedFar));
    }

    /** Opens a stream from the far end and gives both its ends, neither of them reading. */
    public StreamPair openFromFar() {
        StreamEnd opened = open(far);
        return new StreamPair(accepted(acceptedNear), opened);
    }

    /** The streams that the server's link has accepted since the last call. */
    public List<StreamEnd> acceptedFar() {
        List<StreamEnd> streams = new ArrayList<>();
        acceptedFar.drainTo(streams);
        return streams;
    }

    /** Waits until both loops have done all that was waiting for them, and all that follows from it. */
    public void settle() {
        for (int i = 0; i < 4; i++) {
            settle(near.eventLoop());
            settle(far.eventLoop());
        }
    }

    /** Closes the links and their connection. */
    @Override
    public void close() {
        near.close(null);
        far.close(null);
        near.closeFuture().awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        far.closeFuture().awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        sockets.close();
        settle();
    }

    /**
     * Waits for a future, not for ever.
     *
     * @param future what to wait for
     */
    public static <T> T get(Future<T> future) {
        if (!future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing happened within " + TIMEOUT_SECONDS + " s");
        }
        future.syncUninterruptibly();
        return future.getNow();
    }

    private static StreamEnd accepted(BlockingQueue<StreamEnd> queue) {
        try {
            StreamEnd end = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (end == null) {
                throw new AssertionError("no stream was accepted");
            }
            return end;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void settle(EventLoop loop) {
        loop.submit(() -> {}).awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Both ends of a stream.
     *
     * @param near the end on the client's link
     * @param far the end on the server's link
     */
    public record StreamPair(StreamEnd near, StreamEnd far) {

        /** The near end's channel. */
        public DuplexChannel nearChannel() {
            return near.channel();
        }

        /** The far end's channel. */
        public DuplexChannel farChannel() {
            return far.channel();
        }
    }
}
