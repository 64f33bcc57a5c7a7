package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_RST;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_SYN;
import static dev.culvert.plugin.yamux.YamuxHeader.INITIAL_WINDOW;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_GO_AWAY;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_PING;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_WINDOW_UPDATE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.testkit.LinkPair;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.StreamEnd;
import io.netty.util.internal.PlatformDependent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks and accidents, as fixed bytes: each ends its own session, with a code, and costs little. */
@ParameterizedClass
@MethodSource("dev.culvert.testkit.Loops#available")
@Timeout(60)
final class HostilePeerTest {

    private static final YamuxSettings SETTINGS = new YamuxMultiplexerFactory().settings();

    @Parameter
    Loops loops;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "opening with more data than the window, 00 00 0001 00000001 00040001, room for 262144 bytes",
        "a header that claims 4 GiB, 00 00 0000 00000063 ffffffff, no window is larger",
        "data that claims 4 GiB on a stream, 00 01 0001 00000001 00000000 00 00 0000 00000001 ffffffff, room for",
        "a reset that claims 2 GiB of data, 00 01 0001 00000001 00000000 00 00 0008 00000001 80000024, room for",
        "credit beyond the number's range, 00 01 0001 00000001 ffffffff, 2^32-1",
        "credit that sums up beyond it, 00 01 0001 00000001 80000000 00 01 0000 00000001 80000000, 2^32-1",
        "a stream opened twice, 00 01 0001 00000001 00000000 00 01 0001 00000001 00000000, used before",
        "a stream with our own parity, 00 01 0001 00000002 00000000, not the peer's to open",
        "stream 0 opened, 00 01 0001 00000000 00000000, not the peer's to open",
        "version 1, 01 00 0000 00000001 00000000, version: 1",
        "an unknown type, 00 04 0000 00000001 00000000, type: 4",
    })
    void isRefused(String what, String bytes, String reason) throws Exception {
        try (RawPeer peer = peer()) {
            peer.sendHex(bytes);

            assertThat(violation(peer)).hasMessageContaining(reason);
            assertThat(lastFrame(peer)).isEqualTo(new YamuxHeader(TYPE_GO_AWAY, 0, 0, 1));
        }
    }

    @Test
    void somebodyAtTheWrongPortIsToldApartInTheLog() throws Exception {
        try (RawPeer peer = peer()) {
            peer.send("GET /\n\u001b[31m HTTP/1.1\r\nHost: example.com\r\n\r\n".getBytes(US_ASCII));

            assertThat(violation(peer).detail())
                    .isEqualTo(
                            "not a yamux frame, version: 71 (expected: 0): \"GET /..[31m \" (0x474554202f0a1b5b33316d20).");
        }
    }

    @Test
    void tlsAtAPlainPortIsRefused() throws Exception {
        try (RawPeer peer = peer()) {
            peer.sendHex("16 03 01 02 00 01 00 01 fc 03 03 5a 5a 5a");

            assertThat(violation(peer)).hasMessageContaining("version: 22");
        }
    }

    @Test
    void aHeaderThatClaimsAWindowOfDataAllocatesNone() throws Exception {
        try (RawPeer peer = peer()) {
            long before = PlatformDependent.usedDirectMemory();
            for (int id = 1; id < 2001; id += 2) {
                peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, id, 0);
                peer.accepted();
            }
            peer.sendHex("00 00 0000 00000001 00040000");
            await().until(() -> peer.link().streams() == 1000);

            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(8 << 20);
        }
    }

    @Test
    void oneHeaderInPiecesIsOneHeader() throws Exception {
        try (RawPeer peer = peer()) {
            for (byte b : Frames.frame(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0)) {
                peer.send(new byte[] {b});
            }
            for (byte b : Frames.data(0, 1, "slowly".getBytes(US_ASCII))) {
                peer.send(new byte[] {b});
            }

            StreamEnd stream = peer.accepted().read();
            stream.awaitBytes(6);
            assertThat(stream.text()).isEqualTo("slowly");
        }
    }

    @Test
    void aFloodOfPingsEndsTheSession() throws Exception {
        try (RawPeer peer = peer()) {
            sendAsFarAsItGoes(peer, repeat(Frames.frame(TYPE_PING, FLAG_SYN, 0, 1), 1000));

            assertThat(violation(peer)).hasMessageContaining("pings");
        }
    }

    @Test
    void aPeerThatMakesUsAnswerButDoesNotReadIsLeft() throws Exception {
        YamuxSettings noStreams = new YamuxSettings(
                64,
                SETTINGS.initialWindow(),
                SETTINGS.maxWindow(),
                SETTINGS.sessionWindow(),
                SETTINGS.acceptBacklog(),
                SETTINGS.openTimeout(),
                SETTINGS.pingInterval(),
                SETTINGS.busyPingInterval(),
                SETTINGS.pingTimeout());
        try (RawPeer peer = new RawPeer(loops, Role.SERVER, noStreams)) {
            peer.sockets().near().config().setSendBufferSize(16 * 1024);
            for (int i = 0; i < 64; i++) {
                LinkPair.open(peer.link()).write(new byte[INITIAL_WINDOW]);
            }
            await().until(() -> !peer.sockets().near().isWritable());

            ByteArrayOutputStream opens = new ByteArrayOutputStream();
            for (int id = 1; id < 2000; id += 2) {
                opens.write(Frames.frame(TYPE_WINDOW_UPDATE, FLAG_SYN, id, 0));
            }
            sendAsFarAsItGoes(peer, opens.toByteArray());

            assertThat(violation(peer)).hasMessageContaining("answers wait");
        }
    }

    @Test
    void rapidResetsCostNothingThatStays() throws Exception {
        try (RawPeer peer = peer()) {
            Thread reader = new Thread(() -> {
                try {
                    while (true) {
                        peer.next();
                    }
                } catch (IOException e) {
                    // the end of the test
                }
            });
            reader.start();
            for (int id = 1; id < 40_001; id += 2) {
                peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, id, 0);
                peer.send(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
            }

            await().until(() -> peer.link().streams() == 0);
            assertThat(peer.link().closeFuture().isDone()).isFalse();
            peer.close();
            reader.join(5000);
        }
    }

    @Test
    void aPeerThatNeverReadsCostsNoMoreThanItsWindowAndAQueue() throws Exception {
        try (RawPeer peer = new RawPeer(loops, Role.CLIENT, SETTINGS)) {
            peer.sockets().far().setReceiveBufferSize(4096);
            StreamEnd stream = LinkPair.open(peer.link());
            int written = 0;
            while (stream.channel().isWritable()) {
                stream.write(new byte[8192]).isDone();
                written += 8192;
                peer.link().eventLoop().submit(() -> {}).sync();
            }

            assertThat(written).isLessThanOrEqualTo(INITIAL_WINDOW + 64 * 1024 + 2 * 8192);
        }
    }

    private RawPeer peer() throws IOException {
        return new RawPeer(loops, Role.SERVER, SETTINGS);
    }

    private static CulvertException violation(RawPeer peer) throws InterruptedException {
        assertThat(peer.link().closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(peer.link().closeFuture().cause()).isInstanceOf(CulvertException.class);
        CulvertException cause = (CulvertException) peer.link().closeFuture().cause();
        assertThat(cause.code()).isEqualTo(WireError.PROTOCOL_VIOLATION);
        return cause;
    }

    /** What the link says last, before it ends the connection. */
    private static YamuxHeader lastFrame(RawPeer peer) {
        YamuxHeader last = null;
        try {
            for (; ; ) {
                last = peer.next();
            }
        } catch (IOException e) {
            return last;
        }
    }

    private static void sendAsFarAsItGoes(RawPeer peer, byte[] bytes) {
        try {
            peer.send(bytes);
        } catch (IOException e) {
            // the link has closed the connection already
        }
    }

    private static byte[] repeat(byte[] frame, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }
}
