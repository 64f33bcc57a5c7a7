package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.EchoHandler;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.Tape;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else's Noise, Rust's {@code snow}, at the other end of real sockets, in both roles. */
class SnowTest {

    private static final int MEBIBYTE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @BeforeAll
    static void buildPeer() throws Exception {
        SnowPeer.build();
    }

    @AfterEach
    void releasesEveryBuffer() {
        LeakDetection.check();
    }

    @ParameterizedTest
    @CsvSource({
        "NK, AESGCM",
        "NK, CHACHAPOLY",
        "XX, AESGCM",
        "XX, CHACHAPOLY",
        "IK, AESGCM",
        "KK, AESGCM",
        "NKpsk0, AESGCM",
        "NKpsk2, AESGCM",
        "IKpsk2, CHACHAPOLY",
        "KKpsk1, AESGCM",
        "XXpsk3, AESGCM"
    })
    void isEchoedByOurServer(String pattern, NoiseCipher cipher) throws Exception {
        try (Accepting server = Accepting.by(server(pattern, cipher));
                SnowPeer snow = SnowPeer.start(
                        "client",
                        pattern,
                        cipher,
                        pattern.startsWith("NK") ? null : Samples.CLIENT,
                        pattern.startsWith("XX") ? null : key(Samples.SERVER),
                        "127.0.0.1:" + server.port(),
                        String.valueOf(MEBIBYTE))) {
            Future<Optional<PrivateConnection>> accepted = server.next();
            assertThat(accepted.cause()).isNull();
            PrivateConnection connection = accepted.getNow().orElseThrow();
            connection.channel().pipeline().addLast(new EchoHandler());
            connection.channel().config().setAutoRead(true);

            assertThat(snow.verdict()).isEqualTo("PASS had back " + MEBIBYTE);
            assertThat(connection.context().identity())
                    .isEqualTo(pattern.startsWith("NK") ? null : Samples.publicKey(Samples.CLIENT));
            assertThat(connection.channel().closeFuture().await(60, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NK, AESGCM",
        "NK, CHACHAPOLY",
        "XX, AESGCM",
        "XX, CHACHAPOLY",
        "IK, AESGCM",
        "KK, AESGCM",
        "NKpsk0, AESGCM",
        "NKpsk2, AESGCM",
        "IKpsk2, CHACHAPOLY",
        "KKpsk1, AESGCM",
        "XXpsk3, AESGCM"
    })
    void echoesToOurClient(String pattern, NoiseCipher cipher) throws Exception {
        byte[] bytes = new byte[MEBIBYTE];
        new Random(MEBIBYTE).nextBytes(bytes);
        try (SnowPeer snow = SnowPeer.start("server", pattern, cipher, Samples.SERVER, knownToServer(pattern))) {
            Channel raw = dial(snow.port());
            Future<PrivateConnection> connecting =
                    client(pattern, cipher, Samples.SERVER).connect(raw, new HostPort("localhost", 1));
            assertThat(connecting.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(connecting.cause()).isNull();
            DuplexChannel channel = (DuplexChannel) connecting.getNow().channel();
            Tape back = Tape.rolling(channel);

            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            channel.shutdownOutput();

            assertThat(snow.verdict()).isEqualTo("PASS echoed " + MEBIBYTE);
            await().atMost(PATIENCE).until(() -> back.bytes().length >= MEBIBYTE);
            assertThat(back.bytes()).isEqualTo(bytes);
            assertThat(channel.closeFuture().await(60, TimeUnit.SECONDS))
                    .as("both directions ended")
                    .isTrue();
            raw.close().syncUninterruptibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NK", "IK", "KK", "XX"})
    void isRefusedByOurServerWithAnotherKey(String pattern) throws Exception {
        boolean secret = pattern.equals("XX");
        try (Accepting server = Accepting.by(server(pattern, NoiseCipher.AESGCM));
                SnowPeer snow = SnowPeer.start(
                        "client",
                        pattern,
                        NoiseCipher.AESGCM,
                        pattern.equals("NK") ? null : secret ? Samples.STRANGER : Samples.CLIENT,
                        secret ? null : key(Samples.STRANGER),
                        "127.0.0.1:" + server.port(),
                        "1")) {
            Future<Optional<PrivateConnection>> accepted = server.next();

            assertThat(accepted.cause()).isInstanceOf(CulvertException.class);
            assertThat(((CulvertException) accepted.cause()).code())
                    .isEqualTo(secret ? AuthError.KEY_NOT_LISTED : WireError.TRANSPORT_FAILED);
            assertThat(snow.verdict()).isEqualTo(secret ? "FAIL not listed" : "FAIL refused");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NK", "IK", "KK", "XX"})
    void isRefusedByOurClientWithAnotherKey(String pattern) throws Exception {
        try (SnowPeer snow =
                SnowPeer.start("server", pattern, NoiseCipher.AESGCM, Samples.STRANGER, knownToServer(pattern))) {
            Channel raw = dial(snow.port());

            Future<PrivateConnection> connecting =
                    client(pattern, NoiseCipher.AESGCM, Samples.SERVER).connect(raw, new HostPort("localhost", 1));

            assertThat(connecting.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(connecting.cause()).isInstanceOf(CulvertException.class);
            assertThat(((CulvertException) connecting.cause()).code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
            raw.close().syncUninterruptibly();
        }
    }

    private static Transport server(String pattern, NoiseCipher cipher) {
        return Samples.server(pattern, cipher, pattern.contains("psk") ? Samples.PSK : null, Rekey.OFF);
    }

    private static Transport client(String pattern, NoiseCipher cipher, byte[] pinned) {
        return Samples.client(
                pattern, cipher, Samples.CLIENT, pinned, pattern.contains("psk") ? Samples.PSK : null, Rekey.OFF);
    }

    private static byte @Nullable [] knownToServer(String pattern) {
        return pattern.startsWith("KK") ? key(Samples.CLIENT) : null;
    }

    private static byte[] key(byte[] privateKey) {
        return KeyPair25519.of(privateKey).publicKey();
    }

    private static Channel dial(int port) {
        return new Bootstrap()
                .group(Loops.NIO.next())
                .channel(Loops.NIO.socketType())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // The transport fills the pipeline.
                    }
                })
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .syncUninterruptibly()
                .channel();
    }

    /** Whoever connects meets the transport. */
    private record Accepting(Channel listener, BlockingQueue<Future<Optional<PrivateConnection>>> done)
            implements AutoCloseable {

        static Accepting by(Transport transport) {
            BlockingQueue<Future<Optional<PrivateConnection>>> done = new LinkedBlockingQueue<>();
            Channel listener = new ServerBootstrap()
                    .group(Loops.NIO.group())
                    .channel(Loops.NIO.serverType())
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel raw) {
                            raw.eventLoop()
                                    .execute(() -> transport
                                            .accept(raw)
                                            .addListener((Future<Optional<PrivateConnection>> accepted) -> {
                                                if (!accepted.isSuccess()) {
                                                    raw.close();
                                                }
                                                done.add(accepted);
                                            }));
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .syncUninterruptibly()
                    .channel();
            return new Accepting(listener, done);
        }

        int port() {
            return ((InetSocketAddress) listener.localAddress()).getPort();
        }

        Future<Optional<PrivateConnection>> next() throws InterruptedException {
            Future<Optional<PrivateConnection>> next = done.poll(60, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }

        @Override
        public void close() {
            listener.close().syncUninterruptibly();
        }
    }
}
