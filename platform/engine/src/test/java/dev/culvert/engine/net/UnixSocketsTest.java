package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.bridge.BridgeEnd;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.UnixPath;
import dev.culvert.spi.protocol.BridgeOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}")
@MethodSource("kinds")
final class UnixSocketsTest {

    private static final int BYTES = 3_000_000;

    @TempDir
    private Path directory;

    private final String kind;
    private Sockets sockets;
    private EventLoop loop;

    UnixSocketsTest(String kind) {
        this.kind = kind;
    }

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }

    @BeforeEach
    void open() {
        sockets = Sockets.open(kind, 1, Duration.ofSeconds(2));
        loop = sockets.eventLoops().next();
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void aVisitorIsServedThereAndEachDirectionEndsByItself() throws Exception {
        UnixPath path = path("service");
        BlockingQueue<BridgeEnd> ends = new LinkedBlockingQueue<>();
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        try (ServerSocketChannel service = listening(path)) {
            daemon(() -> echoAfterTheEnd(service));
            Channel front = ready(sockets.listen(new HostPort("127.0.0.1", 0), visitor -> bridge(visitor, path, ends)));
            int port = ((InetSocketAddress) front.localAddress()).getPort();
            try (Socket visitor = new Socket("127.0.0.1", port)) {
                visitor.getOutputStream().write(sent);
                visitor.shutdownOutput();

                assertThat(visitor.getInputStream().readAllBytes()).isEqualTo(sent);
            }
            BridgeEnd end = ends.poll(10, TimeUnit.SECONDS);
            assertThat(end).isNotNull();
            assertThat(end.isClean()).isTrue();
        }
    }

    @Test
    void aSocketThatIsNotThereAndOneThatNobodyListensOnAreToldApart() throws Exception {
        UnixPath left = path("left");
        listening(left).close();

        assertThatThrownBy(() -> ready(sockets.connect(loop, path("missing"))))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> ready(sockets.connect(loop, left))).isInstanceOf(ConnectException.class);
    }

    @Test
    void whatWasTriedIsNotLeftOpen() {
        int before = sockets.connections();

        assertThatThrownBy(() -> ready(sockets.connect(loop, path("missing")))).isNotNull();

        assertThat(sockets.connections()).isEqualTo(before);
    }

    private void bridge(DuplexChannel visitor, UnixPath path, BlockingQueue<BridgeEnd> ends) {
        loop.register(visitor)
                .addListener(registered -> sockets.connect(loop, path)
                        .addListener((Future<DuplexChannel> connected) ->
                                Bridge.join(visitor, connected.getNow(), BridgeOptions.DEFAULT, ends::add)));
    }

    private static void echoAfterTheEnd(ServerSocketChannel service) {
        try (SocketChannel peer = service.accept()) {
            InputStream in = Channels.newInputStream(peer);
            byte[] all = in.readAllBytes();
            OutputStream out = Channels.newOutputStream(peer);
            for (int from = 0; from < all.length; from += 65_536) {
                out.write(Arrays.copyOfRange(all, from, Math.min(all.length, from + 65_536)));
            }
        } catch (IOException e) {
            // the visitor sees it
        }
    }

    private static ServerSocketChannel listening(UnixPath path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path.path()));
    }

    private UnixPath path(String name) {
        return new UnixPath(directory.resolve(name).toString());
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "service");
        thread.setDaemon(true);
        thread.start();
    }

    private static <T> T ready(Future<T> future) throws Exception {
        assertThat(future.await(5, TimeUnit.SECONDS)).isTrue();
        if (!future.isSuccess()) {
            throw (Exception) future.cause();
        }
        return future.getNow();
    }
}
