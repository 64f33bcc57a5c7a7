package dev.culvert.plugin.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.Role;
import dev.culvert.testkit.AutobahnSuite;
import dev.culvert.testkit.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Autobahn test suite against both roles. */
@Tag("slow")
class AutobahnTest {

    private static final int LEAST = 200;

    @TempDir
    private Path directory;

    @Test
    void noCaseFailsOurServer() throws Exception {
        Channel server = new ServerBootstrap()
                .group(Loops.NIO.group())
                .channel(Loops.NIO.serverType())
                .childHandler(opening(HttpServerCodec::new, Role.SERVER, "/"))
                .bind(InetAddress.getByName("127.0.0.1"), 0)
                .syncUninterruptibly()
                .channel();
        try {
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            AutobahnSuite.in(directory, AutobahnSuite.EVERY_CASE)
                    .assertPasses(URI.create("ws://127.0.0.1:" + port), LEAST);
        } finally {
            server.close().syncUninterruptibly();
        }
    }

    @Test
    void noCaseFailsOurClient() throws Exception {
        AutobahnSuite.in(directory, AutobahnSuite.EVERY_CASE).assertPasses(AutobahnTest::visit, LEAST);
    }

    private static void visit(int port, String path, Duration patience) {
        Channel client = new Bootstrap()
                .group(Loops.NIO.group())
                .channel(Loops.NIO.socketType())
                .handler(opening(HttpClientCodec::new, Role.CLIENT, path))
                .connect("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
        assertThat(client.closeFuture().awaitUninterruptibly(patience.toSeconds(), TimeUnit.SECONDS))
                .as(path)
                .isTrue();
    }

    private static ChannelInitializer<SocketChannel> opening(
            Supplier<? extends ChannelHandler> codec, Role role, String path) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast("http", codec.get()).addLast(new EchoOfFrames.Opening(role, path));
            }
        };
    }
}
