package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two readers could read in two ways is read by nobody: 400, the end of the connection, nothing at the service. */
final class FramingTest extends HttpTest {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1~Host: H~Content-Length: 5~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: chunked~Content-Length: 5~~0~~",
                "POST / HTTP/1.1~Host: H~Content-Length: 5~Content-Length: 6~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: 5~Content-Length: 5~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: 5, 5~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: +5~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: -5~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: 0x5~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length:~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length: 99999999999999999999~~abcde",
                "POST / HTTP/1.1~Host: H~Content-Length : 5~~abcde",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: xchunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: gzip, chunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: chunked, identity~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: identity~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: chunked~Transfer-Encoding: x~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding : chunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding:\u000bchunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding: \u0000chunked~~0~~",
                "POST / HTTP/1.1~Host: H~Transfer-Encoding:~ chunked~~0~~",
                "POST / HTTP/1.0~Host: H~Transfer-Encoding: chunked~~0~~",
                "GET / HTTP/1.1~Host: H~X: a~ folded~~",
                "GET / HTTP/1.1~Host: H~X: a~\tfolded~~",
                "GET / HTTP/1.1~ Host: H~~",
                "GET / HTTP/1.1~Host: H~X: a\nY: b~~",
                "GET / HTTP/1.1\nHost: H\n\n",
                "GET / HTTP/1.1~Host: H\n~",
                "GET / HTTP/1.1~Host: H~X: a\rb~~",
                "GET / HTTP/1.1~Host: H~X: a\u0000b~~",
                "GET / HTTP/1.1~Host: H~X\u0000: a~~",
                "GET / HTTP/1.1~Host: H~: a~~",
                "GET / HTTP/1.1~Host: H~no colon~~",
                "GET / HTTP/1.1~Host: H~X(: a~~",
                "GET / HTTP/1.1~Host: H~X\u00e9: a~~",
                "GET / HTTP/1.1~Host: H~Host: H~~",
                "GET / HTTP/1.1~Host: H~Host: other.example.com~~",
                "GET / HTTP/1.1~~",
                "GET / HTTP/1.1~Host:~~",
                "GET / HTTP/1.1~Host: a@H~~",
                "GET / HTTP/1.1~Host: H:80:80~~",
                "GET / HTTP/1.1~Host: H:0~~",
                "GET / HTTP/1.1~Host: H:99999~~",
                "GET / HTTP/1.1~Host: H:~~",
                "GET / HTTP/1.1~Host: H, H~~",
                "GET / HTTP/1.1~Host: H/x~~",
                "GET / HTTP/1.1~Host: .H~~",
                "GET / HTTP/1.1~Host: H..~~",
                "GET / HTTP/1.1~Host: h\u00fclle.example.com~~",
                "GET / HTTP/1.1~Host: [::1~~",
                "GET http://other.example.com/ HTTP/1.1~Host: H~~",
                "GET http://H:81/ HTTP/1.1~Host: H~~",
                "GET ftp://H/ HTTP/1.1~Host: H~~",
                "GET http:///x HTTP/1.1~Host: H~~",
                "GET H HTTP/1.1~Host: H~~",
                "GET * HTTP/1.1~Host: H~~",
                "GET /a#b HTTP/1.1~Host: H~~",
                "GET /a\\b HTTP/1.1~Host: H~~",
                "GET  / HTTP/1.1~Host: H~~",
                "GET / HTTP/1.1 ~Host: H~~",
                " GET / HTTP/1.1~Host: H~~",
                "~GET / HTTP/1.1~Host: H~~",
                "\u0000GET / HTTP/1.1~Host: H~~",
                "GET\t/ HTTP/1.1~Host: H~~",
                "GET /\u00e9 HTTP/1.1~Host: H~~",
                "GET /a b HTTP/1.1~Host: H~~",
                "GET /~Host: H~~",
                "GET / HTTP/1.1x~Host: H~~",
                "GET / http/1.1~Host: H~~",
                "G(T / HTTP/1.1~Host: H~~",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\n\n\n\n"
            })
    void isRefused(String vector) throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.say(vector.replace("~", "\r\n").replaceAll("\\bH\\b", HOST) + SMUGGLED);

        Message answer = visitor.head();
        assertThat(answer.status()).isIn(400, 505);
        assertThat(answer.field("connection")).isEqualTo("close");
        assertThat(answer.field("x-culvert-error")).isIn("CLV-6001", "CLV-6008");
        visitor.body(answer);
        visitor.assertEnds();
        assertThat(origin.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\n\n",
                "x\r\nabc\r\n0\r\n\r\n",
                "-1\r\nabc\r\n0\r\n\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\nabc\r\n0\r\n\r\n",
                "3;a\nabc\r\n0\r\n\r\n",
                "3 \r\nabc\r\n0\r\n\r\n",
                "0x3\r\nabc\r\n0\r\n\r\n",
                "ffffffffffffffff1\r\nabc\r\n0\r\n\r\n",
                "\r\n\r\n"
            })
    void aBrokenChunkEndsInAnErrorAndReachesTheServiceAsNoWholeRequest(String chunks) throws Exception {
        java.util.concurrent.atomic.AtomicInteger whole = new java.util.concurrent.atomic.AtomicInteger();
        Origin origin = origin((request, in, out, connection) -> {
            request.body(in);
            whole.incrementAndGet();
            return true;
        });
        Visitor visitor = visit(open(origin));

        visitor.say("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED);

        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(400);
        visitor.body(answer);
        visitor.assertEnds();
        assertThat(whole).hasValue(0);
    }

    @Test
    void whatIsUnusualButClearIsPassedOn() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));
        for (String request : new String[] {
            "GET http://" + HOST + "/x HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
            "GET http://" + HOST + " HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
            "GET /a%20b?x=[1]|\"` HTTP/1.1\r\nhOST:" + HOST + "  \r\n\r\n",
            "BREW /pot HTTP/1.1\r\nHost: " + HOST + "\r\nX-Empty:\r\nX-8: \u00e9\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"
        }) {
            assertThat(visitor.say(request).answer()).as(request).isEqualTo("hello");
        }
        assertThat(origin.requests())
                .extracting(Message::start)
                .containsExactly(
                        "GET /x HTTP/1.1",
                        "GET / HTTP/1.1",
                        "OPTIONS * HTTP/1.1",
                        "GET /a%20b?x=[1]|\"` HTTP/1.1",
                        "BREW /pot HTTP/1.1",
                        "POST / HTTP/1.1");
    }

    @Test
    void largeHeadsAreRefusedByTheirOwnCodes() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        int port = open(origin);

        assertThat(statusOf(port, "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX: " + "x".repeat(40_000) + "\r\n\r\n"))
                .isEqualTo(431);
        assertThat(statusOf(port, "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n" + "X: y\r\n".repeat(101) + "\r\n"))
                .isEqualTo(431);
        assertThat(statusOf(port, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n"))
                .isEqualTo(414);
        assertThat(statusOf(port, "CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n"))
                .isEqualTo(405);
        assertThat(statusOf(port, "TRACE / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n"))
                .isEqualTo(405);
        assertThat(statusOf(port, "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nExpect: wonders\r\n\r\n"))
                .isEqualTo(417);
        assertThat(statusOf(port, "GET / HTTP/1.1\r\nHost: " + "a".repeat(300) + "\r\n\r\n"))
                .isEqualTo(400);
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void anyBytesAreARequestOrAFaultHoweverTheyAreSplit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = ("GET /path HTTP/1.1\r\nHost: " + HOST + "\r\nAccept: */*\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            String whole = verdict(Unpooled.wrappedBuffer(bytes), bytes.length);

            assertThat(verdict(Unpooled.wrappedBuffer(bytes), 1 + random.nextInt(8)))
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(whole);
        }
        assertThat(verdict(Unpooled.wrappedBuffer(good), 3)).isEqualTo("true null");
    }

    private static String verdict(ByteBuf bytes, int step) {
        RequestHead head = new RequestHead(Limits.DEFAULTS);
        boolean done = false;
        for (int end = step; !done && end < bytes.capacity() + step; end += step) {
            done = head.look(bytes.slice(0, Math.min(end, bytes.capacity())));
        }
        return done + " " + head.fault();
    }

    private int statusOf(int port, String request) throws Exception {
        try (Visitor visitor = Visitor.to(port)) {
            return visitor.say(request).head().status();
        }
    }
}
