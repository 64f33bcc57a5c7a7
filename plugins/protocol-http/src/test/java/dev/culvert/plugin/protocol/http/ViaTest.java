package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which sessions a request goes through. */
final class ViaTest extends HttpTest {

    private static final String[] UPGRADE = {
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"
    };

    @Override
    HttpProtocolFactory settings() {
        return new ServerSection()
                .via(
                        new ViaRule("paths", List.of("/a/", "/b"), null, null),
                        new ViaRule("upgrades", null, "websocket", null),
                        new ViaRule("rest", List.of("/c"), null, true))
                .read();
    }

    @Test
    void theFirstRuleThatFitsCounts() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "", new byte[0]);
            return true;
        });
        int port = open(origin);

        for (String path : new String[] {"/a", "/ab", "/b/x?y", "/c/", "/", "/A"}) {
            visit(port).get(HOST, path).answer();
        }
        visit(port).get(HOST, "/socket", UPGRADE).answer();
        visit(port).get(HOST, "/b/socket", UPGRADE).answer();

        // Each rule asks once and keeps its own streams.
        assertThat(tunnel().listeners()).containsExactly("paths", "rest", "upgrades");
        assertThat(settings().listeners()).containsExactlyInAnyOrder("paths", "upgrades", "rest");
    }

    @Test
    void rulesFitByWholeSegmentsAndUpgrades() {
        ViaRule paths = new ViaRule("x", List.of("/ws/", "/socket.io"), null, null);
        ViaRule both = new ViaRule("x", List.of("/ws"), "websocket", null);
        ViaRule all = new ViaRule("x", null, null, null);

        assertThat(paths.fits("/ws", false)).isTrue();
        assertThat(paths.fits("/socket.io/1", true)).isTrue();
        assertThat(paths.fits("/wsx", true)).isFalse();
        assertThat(both.fits("/ws/1", false)).isFalse();
        assertThat(both.fits("/ws/1", true)).isTrue();
        assertThat(both.fits("/", true)).isFalse();
        assertThat(all.fits("/any", false)).isTrue();
    }
}
