package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.stream.StreamResetException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A link whose streams are TCP connections over loopback, so that what stands on links can be tested on real channels
 * without a multiplexer. One more connection carries single letters: ping, pong, go-away, and how it ends.
 */
final class KitLink implements Link {

    private static final byte PING = 'P';
    private static final byte PONG = 'O';
    private static final byte GO_AWAY = 'G';
    private static final byte END = 'E';
    private static final byte FAILURE = 'F';

    private final Loops loops;
    private final EventLoop loop;
    private final SocketChannel wire;
    private final @Nullable Principal principal;
    private final Channel listener;
    private final Promise<Void> closed;
    private final Promise<Void> peerGoesAway;
    private final Set<DuplexChannel> streams = new LinkedHashSet<>();
    private final Queue<Pinged> pings = new ArrayDeque<>();
    private @Nullable KitLink peer;
    private @Nullable Consumer<DuplexChannel> acceptor;
    private volatile int open;
    private boolean ended;

    private KitLink(Loops loops, SocketChannel wire, @Nullable Principal principal) {
        this.loops = loops;
        this.loop = wire.eventLoop();
        this.wire = wire;
        this.principal = principal;
        closed = loop.newPromise();
        peerGoesAway = loop.newPromise();
        listener = listen();
    }

    /** Two ends of a link, each on a loop of its own. */
    static KitWire pair(Loops loops, @Nullable Principal principal) {
        SocketPair sockets = SocketPair.open(loops);
        var client = new KitLink(loops, sockets.near(), null);
        var server = new KitLink(loops, sockets.far(), principal);
        client.peer = server;
        server.peer = client;
        return new KitWire(client, server, client::cut);
    }

    private Channel listen() {
        return new ServerBootstrap()
                .group(loop)
                .channel(loops.serverType())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel stream) {
                        // Once the initializer is gone: a new stream has an empty pipeline.
                        stream.eventLoop().execute(() -> accepted(stream));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private void accepted(SocketChannel stream) {
        if (ended || acceptor == null) {
            reset(stream);
            return;
        }
        track(stream);
        acceptor.accept(stream);
    }

    private void track(DuplexChannel stream) {
        streams.add(stream);
        open = streams.size();
        stream.closeFuture().addListener(end -> {
            streams.remove(stream);
            open = streams.size();
        });
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public AuthenticationContext context() {
        return new AuthenticationContext(wire.remoteAddress(), null, Map.of(), false);
    }

    @Override
    public @Nullable Principal principal() {
        return principal;
    }

    @Override
    public Future<DuplexChannel> openStream() {
        Promise<DuplexChannel> opened = loop.newPromise();
        loop.execute(() -> {
            if (ended || peerGoesAway.isDone() || peer == null) {
                opened.setFailure(new CulvertException(
                        ended ? WireError.CONNECTION_LOST : WireError.GOING_AWAY, "the link takes no new streams."));
                return;
            }
            ChannelFuture connected = new Bootstrap()
                    .group(loop)
                    .channel(loops.socketType())
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel stream) {
                            // Nothing: it is the dialect that puts handlers on it.
                        }
                    })
                    .connect(peer.listener.localAddress());
            connected.addListener(done -> opened(connected, opened));
        });
        return opened;
    }

    private void opened(ChannelFuture connected, Promise<DuplexChannel> opened) {
        var stream = (SocketChannel) connected.channel();
        if (!connected.isSuccess() || ended) {
            stream.close();
            // A stream that is reset as soon as it is accepted may be so before it is known to be connected.
            opened.setFailure(new CulvertException(
                    ended ? WireError.CONNECTION_LOST : WireError.STREAM_RESET,
                    "the stream did not open.",
                    connected.cause()));
            return;
        }
        track(stream);
        opened.setSuccess(stream);
    }

    @Override
    public void onStream(Consumer<DuplexChannel> taker) {
        acceptor = taker;
    }

    @Override
    public void start() {
        loop.execute(() -> {
            wire.pipeline().addLast(new Letters());
            wire.config().setAutoRead(true);
            listener.config().setAutoRead(true);
        });
    }

    @Override
    public void goAway() {
        letter(GO_AWAY);
    }

    @Override
    public Future<Void> goAwayFuture() {
        return peerGoesAway;
    }

    @Override
    public Future<Duration> ping() {
        var ping = new Pinged(System.nanoTime(), loop.newPromise());
        loop.execute(() -> {
            if (ended) {
                ping.answer.setFailure(new CulvertException(WireError.CONNECTION_LOST, "the link has ended."));
                return;
            }
            pings.add(ping);
            letter(PING);
        });
        return ping.answer;
    }

    @Override
    public int streams() {
        return open;
    }

    @Override
    public void close(@Nullable CulvertException cause) {
        loop.execute(() -> {
            if (!ended) {
                letter(cause == null ? END : FAILURE);
                end(cause);
            }
        });
    }

    private void cut() {
        loop.execute(() -> end(new CulvertException(WireError.CONNECTION_LOST, "the connection was cut by the test.")));
    }

    @Override
    public Future<Void> closeFuture() {
        return closed;
    }

    private void letter(byte letter) {
        wire.writeAndFlush(wire.alloc().buffer(1).writeByte(letter));
    }

    private void end(@Nullable CulvertException cause) {
        if (ended) {
            return;
        }
        ended = true;
        for (DuplexChannel stream : streams.toArray(DuplexChannel[]::new)) {
            // Its owner has to hear an abort, which closing a socket from this end is not.
            if (stream.pipeline().lastContext() != null) {
                stream.pipeline().fireExceptionCaught(new StreamResetException("the link ended."));
            }
            reset(stream);
        }
        pings.forEach(ping -> ping.answer.tryFailure(
                new CulvertException(WireError.CONNECTION_LOST, "the link ended before the pong.")));
        listener.close();
        wire.close();
        if (cause == null) {
            closed.setSuccess(null);
        } else {
            closed.setFailure(cause);
        }
    }

    private static void reset(DuplexChannel stream) {
        if (stream.isOpen()) {
            stream.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        stream.close();
    }

    private record Pinged(long since, Promise<Duration> answer) {}

    /** Reads what the other end says about the link. */
    private final class Letters extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf letters = (ByteBuf) message;
            while (letters.isReadable()) {
                read(letters.readByte());
            }
            letters.release();
        }

        private void read(byte letter) {
            switch (letter) {
                case PING -> letter(PONG);
                case PONG -> {
                    Pinged ping = pings.remove();
                    ping.answer.trySuccess(Duration.ofNanos(System.nanoTime() - ping.since));
                }
                case GO_AWAY -> peerGoesAway.trySuccess(null);
                case END -> end(null);
                case FAILURE ->
                    end(new CulvertException(WireError.PROTOCOL_VIOLATION, "the other end closed the link."));
                default -> throw new AssertionError("letter " + letter);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(new CulvertException(WireError.CONNECTION_LOST, "the connection was lost."));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
