package dev.culvert.plugin.protocol.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** QUIC, which notices whatever happens to its datagrams, goes through a tunnel with the defaults. */
final class QuicTest {

    private static final int LENGTH = 10_000_000;
    private static final String ALPN = "echo";

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

    @BeforeEach
    void needsQuic() {
        assumeTrue(Quic.isAvailable(), "Netty has no QUIC for this machine");
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        kit.close();
    }

    @Test
    void twoConnectionsCarryTwentyMegabytes() throws Exception {
        UdpTunnelFactory client = Visits.tunnel(new HostPort("127.0.0.1", service()));
        tunnel.arrive(kit.client(client));
        Endpoint endpoint =
                kit.open(kit.server(Visits.defaults()), tunnel, client).endpoint();
        byte[] sent = new byte[LENGTH];
        new Random(1).nextBytes(sent);

        List<CompletableFuture<byte[]>> echoes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            echoes.add(echo(endpoint.port(), sent));
        }

        for (CompletableFuture<byte[]> echo : echoes) {
            assertThat(Arrays.equals(echo.get(60, TimeUnit.SECONDS), sent)).isTrue();
        }
        assertThat(tunnel.visits()).hasSize(2);
    }

    /** A service that sends back what it is sent; its port. */
    private int service() throws Exception {
        Instant now = Instant.now();
        X509Bundle identity = new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=localhost")
                .notBefore(now.minusSeconds(86_400))
                .notAfter(now.plusSeconds(86_400))
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        ChannelHandler codec = new QuicServerCodecBuilder()
                .sslContext(QuicSslContextBuilder.forServer(
                                identity.getKeyPair().getPrivate(), null, identity.getCertificatePath())
                        .applicationProtocols(ALPN)
                        .build())
                .maxIdleTimeout(20, TimeUnit.SECONDS)
                .initialMaxData(LENGTH)
                .initialMaxStreamDataBidirectionalLocal(1_000_000)
                .initialMaxStreamDataBidirectionalRemote(1_000_000)
                .initialMaxStreamsBidirectional(4)
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .handler(new Idle())
                .streamHandler(new Echo())
                .build();
        return port(bind(codec));
    }

    /** What comes back of what is sent on a connection of its own. */
    private CompletableFuture<byte[]> echo(int port, byte[] sent) throws Exception {
        ChannelHandler codec = new QuicClientCodecBuilder()
                .sslContext(QuicSslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .applicationProtocols(ALPN)
                        .build())
                .maxIdleTimeout(20, TimeUnit.SECONDS)
                .initialMaxData(LENGTH)
                .initialMaxStreamDataBidirectionalLocal(1_000_000)
                .build();
        QuicChannel connection = QuicChannel.newBootstrap(bind(codec))
                .streamHandler(new Idle())
                .remoteAddress(new InetSocketAddress("127.0.0.1", port))
                .connect()
                .get(20, TimeUnit.SECONDS);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        QuicStreamChannel stream = connection
                .createStream(QuicStreamType.BIDIRECTIONAL, new Collector(received))
                .get(20, TimeUnit.SECONDS);
        stream.writeAndFlush(Unpooled.wrappedBuffer(sent)).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        return received;
    }

    private Channel bind(ChannelHandler codec) {
        return new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(codec)
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    private static int port(Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @ChannelHandler.Sharable
    private static final class Idle extends ChannelInboundHandlerAdapter {}

    /** Sends back what comes, and the end of it. */
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message); // ownership passes
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
            }
        }
    }

    /** Keeps what comes until the end of it. */
    private static final class Collector extends ChannelInboundHandlerAdapter {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(LENGTH);
        private final CompletableFuture<byte[]> all;

        Collector(CompletableFuture<byte[]> all) {
            this.all = all;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            ByteBuf part = (ByteBuf) message;
            try {
                part.readBytes(bytes, part.readableBytes());
            } finally {
                part.release();
            }
            if (bytes.size() == LENGTH) {
                all.complete(bytes.toByteArray());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }
}
