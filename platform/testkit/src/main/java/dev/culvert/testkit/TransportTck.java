package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every {@link Transport} promises. A plugin extends this class, supplies the two halves, and says what they can
 * do; both answers are tested.
 */
public abstract class TransportTck {

    private static final String EACH_LOOP = "dev.culvert.testkit.Loops#available";
    private static final long TIMEOUT_SECONDS = 5;
    private static final int LARGE = 3 * 1024 * 1024;
    private static final String MARK = "what nobody else may read";

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** A client's half that trusts the {@link #server()}. */
    protected abstract Transport client();

    /** A server's half that lets the {@link #client()} in. */
    protected abstract Transport server();

    /** The server as the client's file has it. */
    protected HostPort serverAddress() {
        return new HostPort("localhost", 4000);
    }

    /** A client's half that the server, or that itself, must not go on with; empty where everybody is welcome. */
    protected Optional<Transport> stranger() {
        return Optional.empty();
    }

    /** Whether both ends learn a value that is this connection's alone. */
    protected boolean bindsChannels() {
        return false;
    }

    /** Whether one direction can end before the other. */
    protected boolean keepsHalfClose() {
        return true;
    }

    /** Whether the ends talk to each other before they carry anything, so that neither takes bytes it does not know. */
    protected boolean hasHandshake() {
        return server().isConfidential();
    }

    /** Whether what passes looks different from what lies inside: encrypted, or framed and masked. */
    protected boolean changesBytes() {
        return server().isConfidential();
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        LeakDetection.check();
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void carriesBytesBothWays(Loops loops) {
        Ends ends = join(pair(loops));
        Tape near = Tape.rolling(ends.near().channel());
        Tape far = Tape.rolling(ends.far().channel());

        Tape.write(ends.near().channel(), "ping");
        Tape.write(ends.far().channel(), "pong");

        await().untilAsserted(() -> assertThat(far.text()).isEqualTo("ping"));
        await().untilAsserted(() -> assertThat(near.text()).isEqualTo("pong"));
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void aLargeWriteArrivesWhole(Loops loops) {
        Ends ends = join(pair(loops));
        Tape far = Tape.rolling(ends.far().channel());
        byte[] bytes = new byte[LARGE];
        new Random(LARGE).nextBytes(bytes);

        ends.near().channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));

        await().atMost(Duration.ofMinutes(1)).until(() -> far.bytes().length >= LARGE);
        assertThat(far.bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void nothingIsReadBeforeTheOwnerAsks(Loops loops) {
        Ends ends = join(pair(loops));
        Tape far = Tape.on(ends.far().channel());

        Tape.write(ends.near().channel(), "early");
        assertThat(ends.far().channel().config().isAutoRead()).isFalse();
        assertThat(ends.near().channel().config().isAutoRead()).isFalse();
        assertThat(far.text()).isEmpty();

        ends.far().channel().config().setAutoRead(true);
        await().untilAsserted(() -> assertThat(far.text()).isEqualTo("early"));
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void completesOnTheLoopOfTheConnection(Loops loops) {
        SocketPair pair = pair(loops);
        Future<Boolean> near = toldOnLoop(connect(client(), pair.near()), pair.near());
        Future<Boolean> far = toldOnLoop(accept(server(), pair.far()), pair.far());

        assertThat(got(near)).isTrue();
        assertThat(got(far)).isTrue();
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void keepsTheConversationPrivateOrDoesNotClaimTo(Loops loops) {
        Wiretap tap = tap(loops);
        Ends ends = join(tap.near(), tap.far());
        Tape far = Tape.rolling(ends.far().channel());

        Tape.write(ends.near().channel(), MARK);

        await().untilAsserted(() -> assertThat(far.text()).isEqualTo(MARK));
        assertThat(tap.heard().contains(MARK)).isNotEqualTo(changesBytes());
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void aFlippedBitClosesTheConnection(Loops loops) {
        Wiretap tap = tap(loops);
        Ends ends = join(tap.near(), tap.far());
        Tape far = Tape.rolling(ends.far().channel());

        tap.flipABit();
        Tape.write(ends.near().channel(), MARK);
        await().until(tap::hasFlipped);

        if (server().isConfidential()) {
            await().until(() -> far.inactive() || far.abort() != null);
            assertThat(far.text()).isEmpty();
        } else {
            await().until(() -> far.text().length() == MARK.length());
            assertThat(far.text()).isNotEqualTo(MARK);
        }
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void refusesPlaintext(Loops loops) {
        SocketPair pair = pair(loops);
        Transport server = server();
        Future<Optional<PrivateConnection>> far = accept(server, pair.far());

        Tape.write(pair.near(), "GET / HTTP/1.0\r\n\r\n");

        if (hasHandshake()) {
            assertThat(cause(far)).isInstanceOf(CulvertException.class);
        } else {
            Tape tape = Tape.rolling(got(far).orElseThrow().channel());
            await().until(() -> tape.text().startsWith("GET / "));
        }
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void refusesAnUnknownPeer(Loops loops) {
        Optional<Transport> stranger = stranger();
        if (stranger.isEmpty()) {
            assertThat(server().establishesIdentity())
                    .as("a transport that tells who a client is can tell who is none")
                    .isFalse();
            return;
        }
        SocketPair pair = pair(loops);
        Future<PrivateConnection> near = connect(stranger.get(), pair.near());
        Future<Optional<PrivateConnection>> far = accept(server(), pair.far());

        // In TLS 1.3 a client has finished before the server looks at its certificate.
        await().until(() -> near.cause() != null || far.cause() != null);
        Throwable refusal = far.cause() != null ? far.cause() : near.cause();
        assertThat(refusal).isInstanceOf(CulvertException.class);
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void closingASilentConnectionEndsTheHandshake(Loops loops) {
        // The other end of each is silent; two halves that speak may be done before the connection is closed.
        SocketPair accepted = pair(loops);
        endsWith(accepted.far(), accept(server(), accepted.far()));
        SocketPair connected = pair(loops);
        endsWith(connected.near(), connect(client(), connected.near()));
    }

    // The platform's deadline is to close the raw channel.
    private static void endsWith(Channel raw, Future<?> handshake) {
        boolean done = handshake.isDone();
        raw.close();
        if (done) {
            assertThat(handshake.isSuccess()).isTrue();
        } else {
            assertThat(cause(handshake)).isInstanceOf(CulvertException.class);
        }
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void reportsThePeer(Loops loops) {
        SocketPair pair = pair(loops);
        InetSocketAddress nearAddress = pair.near().localAddress();
        InetSocketAddress farAddress = pair.far().localAddress();
        Ends ends = join(pair);

        assertThat(ends.near().context().peer()).isEqualTo(farAddress);
        assertThat(ends.far().context().peer()).isEqualTo(nearAddress);
        assertThat(ends.far().context().confidential()).isEqualTo(server().isConfidential());
        assertThat(ends.near().context().confidential()).isEqualTo(client().isConfidential());
        assertThat(ends.far().principal() != null).isEqualTo(server().establishesIdentity());
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void givesTheSameBindingOnBothSides(Loops loops) {
        Ends ends = join(pair(loops));
        AuthenticationContext near = ends.near().context();
        AuthenticationContext far = ends.far().context();

        assertThat(near.bindings().keySet()).isEqualTo(far.bindings().keySet());
        near.bindings()
                .forEach((type, value) -> assertThat(value)
                        .isNotEmpty()
                        .isEqualTo(far.binding(type).orElseThrow()));
        assertThat(near.bindings().isEmpty()).isNotEqualTo(bindsChannels());
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void halfCloseIsKept(Loops loops) {
        Ends ends = join(pair(loops));
        Tape near = Tape.rolling(ends.near().channel());
        Tape far = Tape.rolling(ends.far().channel());
        if (!keepsHalfClose()) {
            assertThat(ends.near().channel()).isNotInstanceOf(DuplexChannel.class);
            return;
        }
        Tape.write(ends.near().channel(), "request");
        ((DuplexChannel) ends.near().channel()).shutdownOutput();
        await().until(far::ended);
        assertThat(far.text()).isEqualTo("request");
        assertThat(far.inactive()).isFalse();

        Tape.write(ends.far().channel(), "reply");
        ((DuplexChannel) ends.far().channel()).shutdownOutput();
        await().until(near::ended);
        assertThat(near.text()).isEqualTo("reply");
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void closeIsSeenByThePeer(Loops loops) {
        Ends ends = join(pair(loops));
        Tape far = Tape.rolling(ends.far().channel());
        Tape.write(ends.near().channel(), "last words");
        await().untilAsserted(() -> assertThat(far.text()).isEqualTo("last words"));

        ends.near().channel().close();

        await().until(() -> far.ended() || far.inactive());
        assertThat(far.abort()).isNull();
    }

    @ParameterizedTest
    @MethodSource(EACH_LOOP)
    final void aResetIsNotAnEnd(Loops loops) {
        SocketPair pair = pair(loops);
        Ends ends = join(pair);
        Tape far = Tape.rolling(ends.far().channel());

        pair.near().config().setSoLinger(0);
        pair.near().close();

        await().until(() -> far.abort() != null || far.inactive());
        assertThat(far.ended()).isFalse();
    }

    private SocketPair pair(Loops loops) {
        SocketPair pair = SocketPair.open(loops);
        opened.add(pair);
        return pair;
    }

    private Wiretap tap(Loops loops) {
        Wiretap tap = Wiretap.open(loops);
        opened.add(tap);
        return tap;
    }

    private Ends join(SocketPair pair) {
        return join(pair.near(), pair.far());
    }

    private Ends join(SocketChannel near, SocketChannel far) {
        Future<PrivateConnection> connected = connect(client(), near);
        Future<Optional<PrivateConnection>> accepted = accept(server(), far);
        Ends ends = new Ends(got(connected), got(accepted).orElseThrow());
        opened.add(() -> ends.near().channel().close().syncUninterruptibly());
        opened.add(() -> ends.far().channel().close().syncUninterruptibly());
        return ends;
    }

    private Future<PrivateConnection> connect(Transport transport, SocketChannel raw) {
        opened.add(transport);
        return onLoop(raw, () -> transport.connect(raw, serverAddress()));
    }

    private Future<Optional<PrivateConnection>> accept(Transport transport, SocketChannel raw) {
        opened.add(transport);
        return onLoop(raw, () -> transport.accept(raw));
    }

    private static Future<Boolean> toldOnLoop(Future<?> future, Channel channel) {
        Promise<Boolean> told = channel.eventLoop().newPromise();
        future.addListener(
                done -> told.setSuccess(done.isSuccess() && channel.eventLoop().inEventLoop()));
        return told;
    }

    // As the platform has it: half-closure allowed, called on the channel's loop.
    private static <T> T onLoop(SocketChannel raw, Callable<T> action) {
        raw.config().setAllowHalfClosure(true);
        return raw.eventLoop().submit(action).syncUninterruptibly().getNow();
    }

    private static <T> T got(Future<T> future) {
        assertThat(future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .as("done within %d s", TIMEOUT_SECONDS)
                .isTrue();
        return future.syncUninterruptibly().getNow();
    }

    private static Throwable cause(Future<?> future) {
        assertThat(future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .as("done within %d s", TIMEOUT_SECONDS)
                .isTrue();
        assertThat(future.isSuccess()).isFalse();
        return future.cause();
    }

    private record Ends(PrivateConnection near, PrivateConnection far) {}
}
