package dev.culvert.plugin.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.Tape;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server does with clients that say byte by byte what they like. */
class HostilePeerTest {

    private static final String REQUEST = "GET /culvert HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: culvert.v1\r\n\r\n";

    @AfterEach
    void releasesEveryBuffer() {
        LeakDetection.check();
    }

    @ParameterizedTest
    @CsvSource({
        "8205 00000000,1002,PROTOCOL_VIOLATION", // not masked
        "c280 00000000,1002,PROTOCOL_VIOLATION", // a reserved bit: no extension was agreed on
        "8380 00000000,1002,PROTOCOL_VIOLATION", // a reserved opcode
        "89fe 0080 00000000,1002,PROTOCOL_VIOLATION", // a ping of 128 bytes
        "0980 00000000,1002,PROTOCOL_VIOLATION", // a ping in fragments
        "8080 00000000,1002,PROTOCOL_VIOLATION", // nothing to continue
        "82ff 8000000000000000 00000000,1002,PROTOCOL_VIOLATION", // 2^63 bytes
        "82ff 0000000000100000 00000000,1009,FRAME_TOO_LARGE", // 1 MiB
        "8181 00000000 41,1003,PROTOCOL_VIOLATION", // text
    })
    void aFrameThatBreaksTheRulesEndsTheConnection(String frame, int status, WireError code) throws IOException {
        try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
            Tape tape = accepted(pair);

            pair.far().getOutputStream().write(HexFormat.of().parseHex(frame.replace(" ", "")));

            await().until(() -> tape.abort() != null);
            assertThat(((CulvertException) tape.abort()).code()).isEqualTo(code);
            assertThat(tape.bytes()).isEmpty();
            byte[] goodbye = pair.far().getInputStream().readNBytes(4);
            assertThat(goodbye).isEqualTo(new byte[] {(byte) 0x88, 2, (byte) (status >> 8), (byte) status});
        }
    }

    @Test
    void emptyFragmentsWithoutEndAreRefused() throws IOException {
        try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
            Tape tape = accepted(pair);
            byte[] empty = HexFormat.of().parseHex("008000000000");
            byte[] all = new byte[1100 * empty.length];
            for (int i = 0; i < 1100; i++) {
                System.arraycopy(empty, 0, all, i * empty.length, empty.length);
            }
            all[0] = 2;

            pair.far().getOutputStream().write(all);

            await().until(() -> tape.abort() != null);
            assertThat(tape.abort()).hasMessageContaining("empty frames");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /culvert HTTP/1.1,GET /other HTTP/1.1,404",
        "GET /culvert,POST /culvert,426",
        "Upgrade: websocket,Upgrade: h2c,426",
        "Sec-WebSocket-Version: 13,Sec-WebSocket-Version: 8,426",
        "culvert.v1,chat,400",
        "dGhlIHNhbXBsZSBub25jZQ==,dGhl,400",
        "Host: a,'Host: a\r\nContent-Length: 5',400",
        "GET /culvert HTTP/1.1,SSH-2.0-x,400",
    })
    void aRequestThatIsNoneGetsAStatusAndNotAWordMore(String part, String instead, int status) throws IOException {
        try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
            Future<Optional<PrivateConnection>> accepting = accept(pair);

            pair.far().getOutputStream().write(bytes(REQUEST.replace(part, instead)));

            assertThat(accepting.awaitUninterruptibly(10, TimeUnit.SECONDS)).isTrue();
            assertThat(((CulvertException) accepting.cause()).code()).isEqualTo(WireError.UPGRADE_REFUSED);
            pair.near().close().syncUninterruptibly();
            String answer = new String(pair.far().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContainIgnoringCase("culvert");
        }
    }

    @Test
    void aRequestWithoutEndIsRefused() throws IOException {
        for (String repeated : new String[] {"\r\n", "x", "GET / HTTP/1.1\r\nA: b\r\nA: "}) {
            try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
                Future<Optional<PrivateConnection>> accepting = accept(pair);

                pair.far().getOutputStream().write(bytes(repeated.repeat(9000 / repeated.length())));

                assertThat(accepting.awaitUninterruptibly(10, TimeUnit.SECONDS)).isTrue();
                assertThat(accepting.cause()).isInstanceOf(CulvertException.class);
            }
        }
    }

    @Test
    void aHandshakeSplitAnywhereIsTheSame() throws IOException {
        byte[] all = concat(bytes(REQUEST), HexFormat.of().parseHex("82820000000068698880" + "00000000"));
        List<SocketPair.Raw> pairs = new ArrayList<>();
        List<Tape> tapes = new ArrayList<>();
        try {
            // All at once: each takes a while to end.
            for (int split = 1; split < all.length; split += 3) {
                SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO);
                pairs.add(pair);
                Future<Optional<PrivateConnection>> accepting = accept(pair);
                pair.far().getOutputStream().write(all, 0, split);
                pair.far().getOutputStream().flush();
                pair.far().getOutputStream().write(all, split, all.length - split);
                tapes.add(Tape.rolling(
                        accepting.syncUninterruptibly().getNow().orElseThrow().channel()));
            }
            for (Tape tape : tapes) {
                await().until(tape::ended);
                assertThat(tape.text()).isEqualTo("hi");
                assertThat(tape.abort()).isNull();
            }
        } finally {
            pairs.forEach(SocketPair.Raw::close);
        }
    }

    @Test
    void anEndWithoutCloseIsAnAbort() throws IOException {
        try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
            Tape tape = accepted(pair);

            pair.far().shutdownOutput();

            await().until(() -> tape.abort() != null);
            assertThat(tape.ended()).isFalse();
        }
    }

    @Test
    void anyBytesAreTakenOrEndTheConnection() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<SocketPair.Raw> pairs = new ArrayList<>();
        List<Future<Optional<PrivateConnection>>> accepted = new ArrayList<>();
        try {
            // All at once: each takes a while to end.
            for (int i = 0; i < 300; i++) {
                byte[] bytes = new byte[1 + random.nextInt(200)];
                random.nextBytes(bytes);
                if (i % 2 == 0) {
                    bytes[0] = (byte) 0x82;
                    bytes[bytes.length > 1 ? 1 : 0] |= (byte) 0x80;
                }
                boolean handshake = i % 3 == 0;
                byte[] request = bytes(REQUEST);
                request[random.nextInt(request.length)] = (byte) random.nextInt();
                SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO);
                pairs.add(pair);
                accepted.add(accept(pair));
                pair.far().getOutputStream().write(concat(handshake ? request : bytes(REQUEST), bytes));
                pair.far().shutdownOutput();
            }
            for (int i = 0; i < accepted.size(); i++) {
                Future<Optional<PrivateConnection>> accepting = accepted.get(i);
                assertThat(accepting.awaitUninterruptibly(10, TimeUnit.SECONDS))
                        .as("seed %d, %d", seed, i)
                        .isTrue();
                if (accepting.isSuccess()) {
                    Tape tape = Tape.rolling(accepting.getNow().orElseThrow().channel());
                    await("seed " + seed + ", " + i)
                            .until(() -> tape.inactive() || tape.ended() || tape.abort() != null);
                } else {
                    assertThat(accepting.cause()).as("seed %d, %d", seed, i).isInstanceOf(CulvertException.class);
                }
            }
        } finally {
            pairs.forEach(SocketPair.Raw::close);
        }
    }

    private static Tape accepted(SocketPair.Raw pair) throws IOException {
        Future<Optional<PrivateConnection>> accepting = accept(pair);
        pair.far().getOutputStream().write(bytes(REQUEST));
        Tape tape = Tape.rolling(
                accepting.syncUninterruptibly().getNow().orElseThrow().channel());
        int line = 0;
        while (line != 0x0d0a0d0a) {
            line = line << 8 | pair.far().getInputStream().read();
        }
        return tape;
    }

    private static Future<Optional<PrivateConnection>> accept(SocketPair.Raw pair) {
        pair.near().config().setAllowHalfClosure(true);
        return pair.near()
                .eventLoop()
                .submit(() -> new WebSocketTransport("/culvert", null, Map.of()).accept(pair.near()))
                .syncUninterruptibly()
                .getNow();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
