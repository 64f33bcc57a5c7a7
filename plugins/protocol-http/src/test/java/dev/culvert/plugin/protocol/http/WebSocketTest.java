package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The one protocol that a connection may be upgraded to. */
final class WebSocketTest extends HttpTest {

    private static final String[] UPGRADE = {
        "Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"
    };

    private static final String SWITCHED =
            "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\n\r\n";

    @Test
    void afterTheUpgradeBytesPassAsTheyAre() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write((SWITCHED + "at once").getBytes(ISO_8859_1));
            in.transferTo(out);
            return false;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/chat", UPGRADE);

        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.field("upgrade")).isEqualTo("websocket");
        assertThat(answer.field("connection")).isEqualToIgnoringCase("upgrade");
        assertThat(new String(visitor.in().readNBytes(7), ISO_8859_1)).isEqualTo("at once");
        visitor.say("\u0000\u00ff GET / HTTP/1.1\r\n\r\n");
        assertThat(new String(visitor.in().readNBytes(21), ISO_8859_1))
                .isEqualTo("\u0000\u00ff GET / HTTP/1.1\r\n\r\n");
        assertThat(origin.last().field("upgrade")).isEqualTo("websocket");
        assertThat(origin.last().field("connection")).isEqualToIgnoringCase("upgrade");
        assertThat(tunnel().bridged()).hasSize(1);
        visitor.socket().shutdownOutput();
        visitor.assertEnds();
    }

    @Test
    void whatIsSentAheadWaitsForTheUpgrade() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            boolean early = false;
            for (int i = 0; i < 10; i++) {
                early |= in.available() > 0;
                Thread.onSpinWait();
            }
            out.write((SWITCHED + early + ":").getBytes(ISO_8859_1));
            in.transferTo(out);
            return false;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/chat", UPGRADE).say("ahead");

        assertThat(visitor.head().status()).isEqualTo(101);
        assertThat(new String(visitor.in().readNBytes(11), ISO_8859_1)).isEqualTo("false:ahead");
    }

    @Test
    void aRefusedUpgradeLeavesWhatWasSentAheadARequest() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(
                    out,
                    request.start().contains("/chat") ? 403 : 200,
                    "",
                    request.start().getBytes(ISO_8859_1));
            return true;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/chat", UPGRADE).get(HOST, "/next");

        assertThat(visitor.head().status()).isEqualTo(403);
        visitor.in().readNBytes("GET /chat HTTP/1.1".length());
        assertThat(visitor.answer()).isEqualTo("GET /next HTTP/1.1");
    }

    @Test
    void anUpgradeToAnotherProtocolIsAbortedOnTheServicesSide() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n".getBytes(ISO_8859_1));
            in.read();
            return false;
        });
        Visitor visitor = visit(open(origin)).get(HOST, "/chat", UPGRADE);

        assertThat(visitor.head().status()).isEqualTo(502);
    }
}
