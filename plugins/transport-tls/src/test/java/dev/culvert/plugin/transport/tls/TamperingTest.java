package dev.culvert.plugin.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.Tape;
import dev.culvert.testkit.TestPluginContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody on the way who changes a byte of the handshake, or says again what was said. */
@Tag("slow")
final class TamperingTest {

    private static final HostPort SERVER = new HostPort("localhost", 4444);

    // A length that was changed lets an end wait for bytes that never come, until the platform's deadline.
    private static final long DEADLINE_MILLIS = 400;

    private static final int RECORD_HEADER = 5;
    private static final int NONE = -1;
    private static final int PRE_SHARED_KEY = 41;
    private static final int SUPPORTED_VERSIONS = 43;

    @TempDir
    private Path directory;

    private TestPluginContext serverContext;
    private TestPluginContext clientContext;
    private Transport server;
    private Transport client;

    @BeforeEach
    void build() {
        build(TlsProvider.AUTO, TlsProvider.AUTO);
    }

    private void build(TlsProvider near, TlsProvider far) {
        serverContext = new TestPluginContext(Role.SERVER, directory);
        clientContext = new TestPluginContext(Role.CLIENT, directory);
        server = new Settings(far).build(serverContext);
        client = new Settings(near).pin(server.pins().get(0)).build(clientContext);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        serverContext.close();
        clientContext.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noChangedByteOfAHandshakeLeadsToAConnection(boolean ofClient) throws Exception {
        int length = ofClient ? attempt(NONE, NONE).fromClient.length : attempt(NONE, NONE).fromServer.length;
        for (int i = RECORD_HEADER; i < length; i += 3) {
            Attempt attempt = ofClient ? attempt(i, NONE) : attempt(NONE, i);
            assertThat(attempt.established)
                    .as("byte %d of %d, from the %s", i, length, ofClient ? "client" : "server")
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"JDK,JDK", "JDK,OPENSSL", "OPENSSL,JDK", "OPENSSL,OPENSSL"})
    void noConnectionResumesAnother(TlsProvider near, TlsProvider far) throws Exception {
        close();
        build(near, far);
        for (int i = 0; i < 3; i++) {
            Attempt attempt = attempt(NONE, NONE);
            assertThat(attempt.established).isTrue();
            assertThat(extensions(attempt.fromClient))
                    .contains(SUPPORTED_VERSIONS)
                    .doesNotContain(PRE_SHARED_KEY);
        }
    }

    @Test
    void whatWasSaidOnceIsWorthNothingLater() throws Exception {
        Attempt good = attempt(NONE, NONE);
        assertThat(good.established).isTrue();
        try (SocketPair.Raw raw = SocketPair.openRaw(Loops.EPOLL)) {
            Future<Optional<PrivateConnection>> accepted = onLoop(raw.near(), () -> server.accept(raw.near()));
            raw.far().getOutputStream().write(good.fromClient);
            raw.far().shutdownOutput();

            await().until(accepted::isDone);
            assertThat(accepted.cause()).isInstanceOf(CulvertException.class);
        }
    }

    /** One handshake, with one byte changed; established if both ends think so. */
    private Attempt attempt(int changedOfClient, int changedOfServer) throws Exception {
        try (SocketPair.Raw near = SocketPair.openRaw(Loops.EPOLL);
                SocketPair.Raw far = SocketPair.openRaw(Loops.EPOLL)) {
            Pump up = new Pump(near.far(), far.far(), changedOfClient);
            Pump down = new Pump(far.far(), near.far(), changedOfServer);
            Future<PrivateConnection> connected = onLoop(near.near(), () -> client.connect(near.near(), SERVER));
            Future<Optional<PrivateConnection>> accepted = onLoop(far.near(), () -> server.accept(far.near()));
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS);
            boolean changed = changedOfClient != NONE || changedOfServer != NONE;
            await().pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> connected.isDone() && accepted.isDone()
                            || connected.cause() != null
                            || accepted.cause() != null
                            || changed && System.nanoTime() > deadline);
            byte[] fromServer = down.bytes();
            if (!changed) {
                // A ticket may wait for the server's first word.
                Tape tape = Tape.rolling(connected.getNow().channel());
                Tape.write(accepted.getNow().orElseThrow().channel(), "welcome");
                await().untilAsserted(() -> assertThat(tape.text()).isEqualTo("welcome"));
            }
            byte[] fromClient = up.bytes(); // before the goodbyes
            near.near().close();
            far.near().close();
            await().until(() -> connected.isDone() && accepted.isDone());
            for (Future<?> end : new Future<?>[] {connected, accepted}) {
                assertThat(end.cause())
                        .satisfiesAnyOf(
                                cause -> assertThat(cause).isNull(),
                                cause -> assertThat(cause).isInstanceOf(CulvertException.class));
            }
            return new Attempt(connected.isSuccess() && accepted.isSuccess(), fromClient, fromServer);
        }
    }

    /** The types of the extensions of the ClientHello that a connection begins with (RFC 8446, section 4.1.2). */
    private static List<Integer> extensions(byte[] fromClient) {
        ByteBuf in = Unpooled.wrappedBuffer(fromClient);
        in.skipBytes(RECORD_HEADER + 4 + 2 + 32); // the headers, a version, a random
        in.skipBytes(in.readUnsignedByte()); // session id
        in.skipBytes(in.readUnsignedShort()); // suites
        in.skipBytes(in.readUnsignedByte()); // compressions
        ByteBuf all = in.readSlice(in.readUnsignedShort());
        List<Integer> types = new ArrayList<>();
        while (all.isReadable()) {
            types.add(all.readUnsignedShort());
            all.skipBytes(all.readUnsignedShort());
        }
        return types;
    }

    private static <T> T onLoop(SocketChannel raw, Callable<T> action) {
        raw.config().setAllowHalfClosure(true);
        return raw.eventLoop().submit(action).syncUninterruptibly().getNow();
    }

    private record Attempt(boolean established, byte[] fromClient, byte[] fromServer) {}

    private static final class Pump {

        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

        Pump(Socket from, Socket to, int changed) {
            Thread thread = new Thread(() -> {
                try {
                    from.setSoTimeout(0);
                    InputStream in = from.getInputStream();
                    byte[] chunk = new byte[8192];
                    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                        int before = bytes().length;
                        if (changed >= before && changed < before + read) {
                            chunk[changed - before] ^= 1;
                        }
                        synchronized (heard) {
                            heard.write(chunk, 0, read);
                        }
                        to.getOutputStream().write(chunk, 0, read);
                    }
                    to.shutdownOutput();
                } catch (IOException e) {
                    // The attempt is over.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        byte[] bytes() {
            synchronized (heard) {
                return heard.toByteArray();
            }
        }
    }
}
