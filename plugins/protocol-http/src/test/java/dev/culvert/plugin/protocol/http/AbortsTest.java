package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.WireError;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a visitor when its service fails: an error, or an abort; never a part for the whole. */
final class AbortsTest extends HttpTest {

    private Limits limits = Limits.DEFAULTS;

    @Override
    HttpProtocolFactory settings() {
        return Settings.server(limits, List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 So\r\nContent-Length: 100\r\n\r\nhalf",
                "HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
                "HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nwhat?",
                "HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX: 1\r\n"
            })
    void anAnswerThatEndsHalfWayIsAReset(String half) throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write(half.getBytes(ISO_8859_1));
            return false;
        });

        visit(open(origin)).get(HOST, "/").assertReset();
    }

    @Test
    void aSessionThatTakesNoMoreStreamsIsSaidWithItsOwnCode() throws Exception {
        Visitor visitor = visit(open(kit.closing(Origin.echo())));
        tunnel().refuseStreams(new CulvertException(WireError.TOO_MANY_STREAMS, "full."));

        Message answer = visitor.get(HOST, "/").head();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("x-culvert-error")).isEqualTo("CLV-4008");
        assertThat(ProtocolKit.codes(tunnel())).containsExactly(WireError.TOO_MANY_STREAMS);
    }

    @Test
    void anAnswerWithoutALengthThatIsResetIsAReset() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\n\r\nhalf".getBytes(ISO_8859_1));
            awaitRead(connection);
            connection.setSoLinger(true, 0);
            return false;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/");
        visitor.head();
        visitor.in().readNBytes(7);
        visitor.socket().getOutputStream().flush();
        GO.release();

        visitor.assertReset();
    }

    private static final java.util.concurrent.Semaphore GO = new java.util.concurrent.Semaphore(0);

    private static void awaitRead(Socket connection) throws IOException {
        try {
            GO.acquire();
        } catch (InterruptedException e) {
            throw new IOException(connection + " was not read", e);
        }
    }

    @Test
    void aStreamThatIsLostHalfWayIsAReset() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\n\r\nhalf".getBytes(ISO_8859_1));
            in.read();
            return false;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/");
        visitor.head();
        visitor.in().readNBytes(7);

        tunnel().streams().get(0).close();

        visitor.assertReset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH\r\n",
                "HTTP/1.1 abc So\r\n\r\n",
                "HTTP/1.1 200 So\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 So\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                "HTTP/1.1 200 So\r\nTransfer-Encoding: gzip\r\n\r\nx",
                "HTTP/1.1 200 So\r\nX\u0000: a\r\n\r\nx",
                "HTTP/1.1 101 So\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            })
    void whatIsNoAnswerIsABadGateway(String garbage) throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write(garbage.getBytes(ISO_8859_1));
            in.read();
            return false;
        });
        Visitor visitor = visit(open(origin));

        Message answer = visitor.get(HOST, "/").head();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(visitor.body(answer)).contains("CLV-6009").doesNotContain("127.0.0.1");
        assertThat(ProtocolKit.codes(tunnel())).containsExactly(HttpError.BAD_ANSWER);
    }

    @Test
    void interimAnswersForEverAreABadGateway() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            while (true) {
                out.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".getBytes(ISO_8859_1));
            }
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/");

        int interim = 0;
        Message answer = visitor.head();
        for (; answer.status() == 103; answer = visitor.head()) {
            interim++;
        }

        assertThat(answer.status()).isEqualTo(502);
        assertThat(interim).isEqualTo(16);
    }

    @Test
    void aServiceThatSaysNothingIsNoAnswer() throws Exception {
        Origin origin = origin((request, in, out, connection) -> false);
        Visitor visitor = visit(open(origin));

        assertThat(visitor.get(HOST, "/").answer()).contains("CLV-6011");
        assertThat(visitor.get(HOST, "/").answer()).contains("CLV-6011");

        assertThat(origin.requests()).as("asked once each").hasSize(2);
    }

    @Test
    void aServiceThatTakesTooLongIsATimeout() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            in.read();
            return false;
        });
        HttpTunnelFactory client = new HttpTunnelFactory(
                new LocalTarget(origin.address()),
                dev.culvert.spi.HostName.parse(HOST),
                null,
                false,
                null,
                null,
                null,
                false,
                null,
                Duration.ofMillis(200),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        Visitor visitor = visit(open(client));

        Message answer = visitor.get(HOST, "/").head();
        assertThat(answer.status()).isEqualTo(504);
        assertThat(visitor.body(answer)).contains("CLV-6010");
    }

    @Test
    void anAnswerThatStopsIsResetWhenItsTimeIsUp() throws Exception {
        limits = Settings.limits(null, null, Duration.ofMillis(200));
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\nContent-Length: 100\r\n\r\nhalf".getBytes(ISO_8859_1));
            in.read();
            return false;
        });

        visit(open(origin)).get(HOST, "/").assertReset();
    }

    @Test
    void slowHeadsAndBodiesAreSentAway() throws Exception {
        limits = Settings.limits(Duration.ofMillis(200), null, Duration.ofMillis(200));
        Origin origin = kit.closing(Origin.echo());
        int port = open(origin);

        Visitor silent = visit(port);
        silent.assertEnds();
        Visitor slow = visit(port).say("GET / HTTP/1.1\r\nHost:");
        assertThat(slow.head().status()).isEqualTo(408);
        Visitor body = visit(port).say("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 10\r\n\r\nabc");
        assertThat(body.head().status()).isEqualTo(408);
    }

    @Test
    void anIdleConnectionEnds() throws Exception {
        limits = Settings.limits(null, Duration.ofMillis(200), null);
        Visitor visitor = visit(open(kit.closing(Origin.echo())));

        assertThat(visitor.get(HOST, "/").answer()).isEqualTo("hello");
        visitor.assertEnds();
    }

    @Test
    void aRequestThatMetAClosedPooledStreamIsSentOnceMore() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Origin origin = origin((request, in, out, connection) -> {
            // Answers the first of each connection, and resets the second without a word.
            if (asked.incrementAndGet() % 2 == 0) {
                connection.setSoLinger(true, 0);
                return false;
            }
            Origin.say(out, 200, "", new byte[0]);
            return true;
        });
        Visitor visitor = visit(open(origin));

        for (int i = 0; i < 10; i++) {
            assertThat(visitor.get(HOST, "/" + i).head().status())
                    .as("request %d", i)
                    .isEqualTo(200);
        }
        assertThat(origin.requests()).hasSize(19);
    }

    @Test
    void aRequestThatMayDoHarmIsNotSentTwice() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Origin origin = origin((request, in, out, connection) -> {
            request.body(in);
            if (asked.incrementAndGet() % 2 == 0) {
                return false;
            }
            Origin.say(out, 200, "", new byte[0]);
            return true;
        });
        Visitor visitor = visit(open(origin));
        String post = "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 1\r\n\r\nx";

        assertThat(visitor.say(post).head().status()).isEqualTo(200);
        assertThat(visitor.say(post).head().status()).isEqualTo(502);
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void aVisitorThatLeavesEndsItsRequest() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\n\r\n".getBytes(ISO_8859_1));
            while (true) {
                out.write(new byte[1024]);
            }
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/");
        visitor.head();

        visitor.socket().setSoLinger(true, 0);
        visitor.close();

        KitTunnel tunnel = tunnel();
        await().untilAsserted(() ->
                assertThat(tunnel.streams().get(0).isOpen()).as("the stream").isFalse());
    }
}
