package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One request is one line, whatever a stranger has sent. */
final class AccessLogTest {

    private static final StreamOrigin ORIGIN = new StreamOrigin(new InetSocketAddress("192.0.2.1", 4711), null);

    private static final Asked ASKED = new Asked(
            "id1",
            HttpMethod.GET,
            null,
            false,
            false,
            ORIGIN,
            new Identity(new Authority("app.example.com", 0), "/a\"b", "?q=\\"),
            null,
            "x\" \u001b[31m\u00e9\ty",
            0);

    private static final RequestReport REPORT = new RequestReport(
            ORIGIN, null, 200, RequestReport.Outcome.OK, false, Duration.ZERO, 1, 2, Duration.ofMillis(3));

    @Test
    void jsonIsOneObjectALine() throws Exception {
        String line = AccessLog.JSON.line(ASKED, "HTTP/1.1", "web", REPORT);

        assertThat(line).doesNotContain("\u001b", "\n", "\u00e9");
        JsonNode fields = new ObjectMapper().readTree(line);
        assertThat(fields.get("target").asText()).isEqualTo("/a\"b?q=\\");
        assertThat(fields.get("status").asInt()).isEqualTo(200);
        assertThat(fields.get("us").asInt()).isEqualTo(3000);
        assertThat(fields.get("visitor").asText()).isEqualTo("192.0.2.1");
        assertThat(fields.get("user_agent").asText()).isEqualTo("x\" \u001b[31m\u00e9\ty");
    }

    @Test
    void combinedIsAsWebServersHaveIt() {
        assertThat(AccessLog.COMBINED.line(ASKED, "HTTP/1.1", "web", REPORT))
                .matches(
                        "192\\.0\\.2\\.1 - - \\[.{26}] \"GET /a\\\\\"b\\?q=\\\\\\\\ HTTP/1\\.1\" 200 2 \"-\" \".*\" id1 web")
                .doesNotContain("\u001b");
    }
}
