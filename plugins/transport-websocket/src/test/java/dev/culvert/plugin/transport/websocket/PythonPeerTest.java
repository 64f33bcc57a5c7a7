package dev.culvert.plugin.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.testkit.EchoHandler;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.Tape;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Python's {@code websockets} as the other end. */
class PythonPeerTest {

    private static final File LIBRARY = new File("target/python");

    private static boolean present;

    private final WebSocketTransport transport = new WebSocketTransport("/culvert", null, Map.of());

    @BeforeAll
    static void findTheLibrary() throws Exception {
        present = succeeds("python3", "-c", "import websockets")
                || succeeds("python3", "-m", "pip", "-q", "install", "--target", LIBRARY.getPath(), "websockets");
        if (!present) {
            System.err.println(
                    "SKIPPED: python3 with the library websockets is not here; no foreign WebSocket is tried");
        }
    }

    @Test
    void itsClientTalksToOurServer() throws Exception {
        assumeThat(present).isTrue();
        Channel listener = new ServerBootstrap()
                .group(Loops.NIO.group())
                .channel(Loops.NIO.serverType())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.eventLoop().execute(() -> echo(channel));
                    }
                })
                .bind(InetAddress.getByName("127.0.0.1"), 0)
                .syncUninterruptibly()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        Process peer = start("client", String.valueOf(port));
        try (BufferedReader out = peer.inputReader()) {
            assertThat(out.lines().toList()).containsExactly("subprotocol culvert.v1", "closed 1000");
            assertThat(peer.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(peer.exitValue()).isZero();
        } finally {
            peer.destroyForcibly();
            listener.close().syncUninterruptibly();
        }
    }

    @Test
    void ourClientTalksToItsServer() throws Exception {
        assumeThat(present).isTrue();
        Process peer = start("server");
        try (BufferedReader out = peer.inputReader()) {
            int port = Integer.parseInt(out.readLine().substring("port ".length()));
            Channel raw = new Bootstrap()
                    .group(Loops.NIO.group())
                    .channel(Loops.NIO.socketType())
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(InetAddress.getByName("127.0.0.1"), port)
                    .syncUninterruptibly()
                    .channel();
            Future<PrivateConnection> connecting = raw.eventLoop()
                    .submit(() -> transport.connect(raw, new HostPort("127.0.0.1", port)))
                    .syncUninterruptibly()
                    .getNow();
            Channel channel = connecting.syncUninterruptibly().getNow().channel();
            Tape tape = Tape.rolling(channel);
            byte[] bytes = new byte[300_000];
            new Random(1).nextBytes(bytes);

            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            await().atMost(Duration.ofSeconds(30)).until(() -> tape.bytes().length == bytes.length);
            channel.close().syncUninterruptibly();

            assertThat(tape.bytes()).isEqualTo(bytes);
            assertThat(out.readLine()).isEqualTo("closed 1000");
        } finally {
            peer.destroyForcibly();
        }
    }

    private void echo(SocketChannel raw) {
        transport.accept(raw).addListener((Future<Optional<PrivateConnection>> accepted) -> {
            Channel channel = accepted.getNow().orElseThrow().channel();
            channel.pipeline().addLast(new EchoHandler());
            channel.config().setAutoRead(true);
        });
    }

    private static Process start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "python3",
                Path.of(PythonPeerTest.class.getResource("/peer.py").toURI()).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PYTHONPATH", LIBRARY.getAbsolutePath());
        return builder.start();
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
