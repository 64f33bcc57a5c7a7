package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is passed on, and how. */
final class RequestsTest extends HttpTest {

    @Test
    void oneConnectionCarriesRequestAfterRequest() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        for (int i = 0; i < 20; i++) {
            assertThat(visitor.get(HOST, "/" + i).answer()).isEqualTo("hello");
        }

        assertThat(origin.requests()).hasSize(20);
        assertThat(origin.connections()).as("connections to the service").isOne();
    }

    @Test
    void requestsThatAreSentAheadAreAnsweredInTheirOrder() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "", request.start().getBytes(ISO_8859_1));
            return true;
        });
        Visitor visitor = visit(open(origin));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            all.append("GET /")
                    .append(i)
                    .append(" HTTP/1.1\r\nHost: ")
                    .append(HOST)
                    .append("\r\n\r\n");
        }

        visitor.say(all.toString());

        for (int i = 0; i < 200; i++) {
            assertThat(visitor.answer()).isEqualTo("GET /" + i + " HTTP/1.1");
        }
    }

    @Test
    void theServiceIsToldWhoAsksAndForWhat() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.get(
                        "APP.Example.Com.:8080",
                        "/a?b=c",
                        "X-Forwarded-For: 6.6.6.6",
                        "X-Forwarded-Host: evil",
                        "X-Forwarded-Proto: https",
                        "Forwarded: for=6.6.6.6",
                        "X-Real-IP: 6.6.6.6",
                        "X_Forwarded_For: 6.6.6.6",
                        "X-Request-Id: mine",
                        "traceparent: 00-x",
                        "X-Forwarded-Port: 1")
                .answer();

        Message seen = origin.last();
        assertThat(seen.start()).isEqualTo("GET /a?b=c HTTP/1.1");
        assertThat(seen.field("host")).isEqualTo("app.example.com:8080");
        assertThat(seen.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(seen.field("x-forwarded-host")).isEqualTo("app.example.com:8080");
        assertThat(seen.field("x-forwarded-proto")).isEqualTo("http");
        assertThat(seen.field("forwarded")).isEqualTo("for=127.0.0.1;host=\"app.example.com:8080\";proto=http");
        assertThat(seen.field("x-real-ip")).isEqualTo("127.0.0.1");
        assertThat(seen.field("x_forwarded_for")).isNull();
        assertThat(seen.field("x-forwarded-port")).isNull();
        assertThat(seen.field("x-request-id")).matches("[0-9a-f]{32}");
        assertThat(seen.field("traceparent")).startsWith("00-" + seen.field("x-request-id") + "-");
    }

    @Test
    void fieldsOfOneHopEndHere() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(
                    out,
                    200,
                    "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                            + "Upgrade: h2c\r\nX-End: 2\r\n",
                    new byte[0]);
            return true;
        });
        Visitor visitor = visit(open(origin));

        Message answer = visitor.get(
                        HOST,
                        "/",
                        "Connection: keep-alive, X-Secret, Authorization, Host, X-Forwarded-For",
                        "X-Secret: 1",
                        "Authorization: Basic eA==",
                        "Keep-Alive: 5",
                        "Proxy-Connection: x",
                        "TE: gzip, trailers",
                        "Upgrade: h2c",
                        "HTTP2-Settings: AAA",
                        "Proxy-Authorization: x",
                        "Cookie: a=b")
                .head();

        Message seen = origin.last();
        for (String gone : new String[] {
            "connection",
            "x-secret",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "http2-settings",
            "proxy-authorization"
        }) {
            assertThat(seen.field(gone)).as(gone).isNull();
        }
        assertThat(seen.field("authorization")).isEqualTo("Basic eA==");
        assertThat(seen.field("te")).isEqualTo("trailers");
        assertThat(seen.field("cookie")).isEqualTo("a=b");
        assertThat(seen.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(answer.field("x-end")).isEqualTo("2");
        for (String gone : new String[] {"connection", "x-hop", "keep-alive", "upgrade"}) {
            assertThat(answer.field(gone)).as(gone).isNull();
        }
    }

    @Test
    void chunksAndTrailersArePassedOnBothWays() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            String body = new String(request.body(in), ISO_8859_1);
            out.write(("HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                            + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\nX-Sum: 7\r\n\r\n")
                    .getBytes(ISO_8859_1));
            return true;
        });
        Visitor visitor = visit(open(origin));

        visitor.say(
                "POST / HTTP/1.1\r\nHost: " + HOST
                        + "\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n");

        Message answer = visitor.head();
        assertThat(answer.field("trailer")).isEqualTo("X-Sum");
        assertThat(visitor.body(answer)).isEqualTo("abcde[X-T: 1][X-Sum: 7]");
    }

    @Test
    void anAnswerOfUnknownLengthIsMarkedOrEndsTheConnection() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\n\r\nall of it".getBytes(ISO_8859_1));
            return false;
        });
        int port = open(origin);
        Visitor visitor = visit(port);

        assertThat(visitor.get(HOST, "/").answer()).isEqualTo("all of it");
        assertThat(visitor.get(HOST, "/").answer()).isEqualTo("all of it");

        Visitor old = visit(port).say("GET / HTTP/1.0\r\nHost: " + HOST + "\r\n\r\n");
        Message answer = old.head();
        assertThat(answer.field("transfer-encoding")).isNull();
        assertThat(answer.field("connection")).isEqualTo("close");
        assertThat(new String(old.in().readAllBytes(), ISO_8859_1)).isEqualTo("all of it");
    }

    @Test
    void headIsAnsweredByAHeadAlone() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\nContent-Length: 1000\r\n\r\n".getBytes(ISO_8859_1));
            return true;
        });
        Visitor visitor = visit(open(origin));

        for (int i = 0; i < 3; i++) {
            Message answer =
                    visitor.say("HEAD / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").head();
            assertThat(answer.field("content-length")).isEqualTo("1000");
        }
        assertThat(origin.connections()).isOne();
    }

    @Test
    void aVisitorThatWaitsIsToldToGoOnByTheService() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            Origin.say(out, 201, "", request.body(in));
            return true;
        });
        Visitor visitor = visit(open(origin));

        visitor.say("PUT / HTTP/1.1\r\nHost: " + HOST + "\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        assertThat(visitor.head().status()).isEqualTo(100);
        visitor.say("body");

        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(visitor.body(answer)).isEqualTo("body");
        assertThat(visitor.get(HOST, "/").head().status()).isEqualTo(100);
    }

    @Test
    void eventsArriveWhenTheyAreSent() throws Exception {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n".getBytes(ISO_8859_1));
            goOn.join();
            out.write("data: 2\n\n".getBytes(ISO_8859_1));
            return false;
        });
        Visitor visitor = visit(open(origin));

        visitor.get(HOST, "/").head();
        assertThat(Message.line(visitor.in())).isEqualTo("9");
        assertThat(visitor.in().readNBytes(11)).startsWith("data: 1\n\n".getBytes(ISO_8859_1));
        goOn.complete(null);
        assertThat(new String(visitor.in().readNBytes(3), ISO_8859_1)).isEqualTo("9\r\n");
    }

    @Test
    void largeBodiesArriveAsTheyWere() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));
        byte[] bytes = new byte[8 << 20];
        new Random(1).nextBytes(bytes);

        CompletableFuture<Void> sent = CompletableFuture.runAsync(
                () -> {
                    try {
                        visitor.say("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + bytes.length
                                + "\r\n\r\n");
                        visitor.out().write(bytes);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                task -> new Thread(task).start());
        byte[] back = visitor.head().body(visitor.in());

        assertThat(Arrays.equals(back, bytes)).isTrue();
        sent.join();
    }

    @Test
    void aVisitorThatDoesNotReadStopsTheService() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        java.util.concurrent.atomic.AtomicLong count = new java.util.concurrent.atomic.AtomicLong();
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 So\r\n\r\n".getBytes(ISO_8859_1));
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < 4096; i++) {
                out.write(block);
                count.addAndGet(block.length);
            }
            written.complete(count.get());
            return false;
        });
        Visitor visitor = visit(open(origin));
        visitor.get(HOST, "/").head();

        long[] before = {-1};
        org.awaitility.Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(300))
                .until(() -> count.get() == before[0] || (before[0] = count.get()) < 0);

        assertThat(written).isNotDone();
        assertThat(count.get()).as("bytes that nobody reads").isLessThan(64L << 20);
        long all = 0;
        for (int size = Integer.parseInt(Message.line(visitor.in()), 16); size > 0; ) {
            all += visitor.in().readNBytes(size).length;
            Message.line(visitor.in());
            size = Integer.parseInt(Message.line(visitor.in()), 16);
        }
        assertThat(all).isEqualTo(4096L * 64 * 1024);
    }

    @Test
    void whoHasSentAllMayEndItsOutputAndStillReads() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "", "late".getBytes(ISO_8859_1));
            return true;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/");
        visitor.socket().shutdownOutput();

        assertThat(visitor.answer()).isEqualTo("late");
        visitor.assertEnds();
    }
}
