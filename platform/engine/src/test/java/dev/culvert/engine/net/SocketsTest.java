package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}")
@MethodSource("kinds")
final class SocketsTest {

    private static final HostPort LOOPBACK = new HostPort("127.0.0.1", 0);

    private final String kind;
    private final BlockingQueue<DuplexChannel> accepted = new LinkedBlockingQueue<>();
    private Sockets sockets;

    SocketsTest(String kind) {
        this.kind = kind;
    }

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }

    @BeforeEach
    void open() {
        sockets = Sockets.open(kind, 2, Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        accepted.forEach(channel -> sockets.discard(channel, true));
        sockets.close();
    }

    @Test
    void saysWhatItIs() {
        assertThat(sockets.name()).isEqualTo(kind);
    }

    @Test
    void handsConnectionsOverUnregisteredAndWithTheirPeer() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            DuplexChannel child = accepted.poll(5, TimeUnit.SECONDS);

            assertThat(child.isRegistered()).isFalse();
            assertThat(sockets.peerOf(child)).isEqualTo(visitor.getLocalSocketAddress());
            assertThat(child.config().isAutoRead()).isFalse();
        }
    }

    @Test
    void aConnectionWorksOnTheLoopItIsRegisteredOn() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            DuplexChannel child = accepted.take();
            child.pipeline().addLast(new Echo());
            sockets.eventLoops().next().register(child).sync();
            child.config().setAutoRead(true);
            visitor.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));

            assertThat(visitor.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            visitor.shutdownOutput();
            await().until(() -> !child.isOpen());
        }
    }

    @Test
    void whoListensFromALoopListensOnIt() throws Exception {
        EventLoop loop = sockets.eventLoops().next();
        for (int i = 0; i < 4; i++) {
            Future<Channel> listening =
                    loop.submit(() -> sockets.listen(LOOPBACK, accepted::add)).get();

            assertThat(listening.sync().getNow().eventLoop()).isSameAs(loop);
            listening.getNow().close().sync();
        }
    }

    @Test
    void anEmptyHostListensOnBothFamilies() throws Exception {
        int port = port(listen(new HostPort("", 0)));
        try (Socket four = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            DuplexChannel child = accepted.poll(5, TimeUnit.SECONDS);
            // As IPv4, not as ::ffff:127.0.0.1: it is compared with configured addresses.
            assertThat(sockets.peerOf(child)).isEqualTo(four.getLocalSocketAddress());
            sockets.discard(child, true);
        }
        try (Socket six = new Socket(InetAddress.getByName("::1"), port)) {
            DuplexChannel child = accepted.poll(5, TimeUnit.SECONDS);
            assertThat(((InetSocketAddress) sockets.peerOf(child)).getPort()).isEqualTo(six.getLocalPort());
            sockets.discard(child, true);
        }
    }

    @Test
    void aTakenPortIsABindException() throws Exception {
        int port = port(listen(LOOPBACK));

        Future<Channel> second = sockets.listen(new HostPort("127.0.0.1", port), accepted::add);

        assertThat(second.await().cause()).isInstanceOf(BindException.class).hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void anAddressThatIsNotHereIsABindException() throws Exception {
        assertThat(sockets.listen(new HostPort("192.0.2.1", 0), accepted::add)
                        .await()
                        .cause())
                .isInstanceOf(BindException.class);
        assertThat(sockets.listen(new HostPort("no-such-host.invalid", 0), accepted::add)
                        .await()
                        .cause())
                .isInstanceOf(BindException.class);
    }

    @Test
    void closingAListenerLeavesConnectionsAloneAndFreesThePort() throws Exception {
        Channel listener = listen(LOOPBACK);
        try (Socket visitor = visit(listener)) {
            DuplexChannel child = accepted.take();
            HostPort same = new HostPort("127.0.0.1", port(listener));
            listener.close().sync();
            // Plain Java's closes it for good when its selector has run once more.
            await().ignoreExceptionsInstanceOf(BindException.class)
                    .until(() -> listen(same).isActive());
            child.pipeline().addLast(new Echo());
            sockets.eventLoops().next().register(child).sync();
            child.config().setAutoRead(true);
            visitor.getOutputStream().write(1);

            assertThat(visitor.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void discardingWithResetIsRst() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            sockets.discard(accepted.take(), true);

            assertThatThrownBy(() -> visitor.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void discardingWithoutResetIsFinEvenWithUnreadBytes() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            visitor.getOutputStream().write(new byte[10_000]);
            DuplexChannel child = accepted.take();
            sockets.discard(child, false);

            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            visitor.getOutputStream().write(new byte[10_000]);
            visitor.shutdownOutput();
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            assertThat(child.closeFuture().await(5_000)).isTrue();
        }
    }

    @Test
    void bytesAndEndThatCameBeforeAnOwnerAreHisFirst() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            visitor.getOutputStream().write("request".getBytes(StandardCharsets.UTF_8));
            visitor.shutdownOutput();
            DuplexChannel child = accepted.take();
            sockets.eventLoops().next().register(child).sync();
            settle(child);
            Seen seen = new Seen();
            child.pipeline().addLast(seen);
            child.config().setAutoRead(true);

            await().until(() -> seen.events.size() >= 2);
            assertThat(seen.events).element(0).isEqualTo("request");
            assertThat(seen.events).element(1).isEqualTo(ChannelInputShutdownEvent.INSTANCE);
            child.close().sync();
        }
    }

    @Test
    void bytesNobodyAskedForAreReleased() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            visitor.getOutputStream().write(new byte[1000]);
            visitor.shutdownOutput();
            DuplexChannel child = accepted.take();
            sockets.eventLoops().next().register(child).sync();
            settle(child);

            child.close().sync();
        }
        // The leak detection of this test class is the assertion.
    }

    @Test
    void aPeerThatEndsDoesNotMakeAPausedChannelReadOn() throws Exception {
        try (Socket visitor = visit(listen(LOOPBACK))) {
            byte[] bytes = new byte[1024 * 1024];
            Thread writer = new Thread(() -> {
                try {
                    visitor.getOutputStream().write(bytes);
                    visitor.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            writer.join(); // all of it is in the kernel
            DuplexChannel child = accepted.take();
            AtomicInteger read = new AtomicInteger();
            child.pipeline().addLast(new Pausing(read));
            sockets.eventLoops().next().register(child).sync();
            child.config().setAutoRead(true);
            await().until(() -> read.get() > 0 && !child.config().isAutoRead());
            settle(child);

            assertThat(read.get()).isLessThanOrEqualTo(2 * BoundedReads.MAXIMUM_BYTES);
            await().until(() -> {
                child.config().setAutoRead(true);
                return read.get() == bytes.length && !child.isOpen();
            });
        }
    }

    @Test
    void connectsToTheFirstAddressThatAnswers() throws Exception {
        try (ServerSocket six = new ServerSocket(0, 10, InetAddress.getByName("::1"))) {
            // Nobody listens on 127.0.0.1, where an empty host is looked for first.
            Future<DuplexChannel> connected =
                    sockets.connect(sockets.eventLoops().next(), new HostPort("", six.getLocalPort()));

            assertThat(connected.await().isSuccess()).isTrue();
            assertThat(((InetSocketAddress) connected.getNow().remoteAddress()).getAddress())
                    .isEqualTo(InetAddress.getByName("::1"));
            connected.getNow().close().sync();
        }
    }

    @Test
    void resolvesNames() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 10, InetAddress.getByName("localhost"))) {
            Future<DuplexChannel> connected =
                    sockets.connect(sockets.eventLoops().next(), new HostPort("localhost", service.getLocalPort()));

            assertThat(connected.await().isSuccess()).isTrue();
            assertThat(connected.getNow().config().isAutoRead()).isFalse();
            connected.getNow().close().sync();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        int free;
        try (ServerSocket gone = new ServerSocket(0)) {
            free = gone.getLocalPort();
        }
        assertThat(sockets.connect(sockets.eventLoops().next(), new HostPort("", free))
                        .await()
                        .cause())
                .isInstanceOf(ConnectException.class)
                .satisfies(cause -> assertThat(cause.getSuppressed()).hasSize(1));
        assertThat(sockets.connect(sockets.eventLoops().next(), new HostPort("no-such-host.invalid", 1))
                        .await()
                        .cause())
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aCancelledDialLeavesNothingOpen() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 20; i++) {
                Future<DuplexChannel> dial =
                        sockets.connect(sockets.eventLoops().next(), new HostPort("127.0.0.1", service.getLocalPort()));
                if (!dial.cancel(false)) {
                    dial.getNow().close();
                }
            }
            service.setSoTimeout(500);
            assertThatThrownBy(() -> {
                        while (true) {
                            try (Socket socket = service.accept()) {
                                socket.setSoTimeout(5_000);
                                assertThat(socket.getInputStream().read()).isEqualTo(-1);
                            }
                        }
                    })
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
        }
    }

    @Test
    void anUnknownPreferenceIsRefused() {
        assertThatThrownBy(() -> Sockets.open("kqueue", 1))
                .isInstanceOf(CulvertException.class)
                .hasMessageContaining("\"kqueue\"")
                .hasMessageContaining("auto, io_uring, epoll, nio");
    }

    private Channel listen(HostPort bind) throws InterruptedException {
        return sockets.listen(bind, accepted::add).sync().getNow();
    }

    private static int port(Channel listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static Socket visit(Channel listener) throws IOException {
        Socket visitor = new Socket(InetAddress.getByName("127.0.0.1"), port(listener));
        visitor.setSoTimeout(5_000);
        return visitor;
    }

    /** Lets the loop look at the socket, twice, so that what the kernel has to say is said. */
    private static void settle(DuplexChannel channel) throws Exception {
        for (int i = 0; i < 2; i++) {
            channel.eventLoop().schedule(() -> {}, 50, TimeUnit.MILLISECONDS).sync();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close();
            }
        }
    }

    private static final class Seen extends ChannelInboundHandlerAdapter {

        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            events.add(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(event);
        }
    }

    /** Stops after each message. */
    private static final class Pausing extends ChannelInboundHandlerAdapter {

        private final AtomicInteger read;

        Pausing(AtomicInteger read) {
            this.read = read;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.channel().config().setAutoRead(false);
            ByteBuf bytes = (ByteBuf) message;
            read.addAndGet(bytes.readableBytes());
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close();
            }
        }
    }
}
