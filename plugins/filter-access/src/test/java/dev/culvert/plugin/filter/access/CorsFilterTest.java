package dev.culvert.plugin.filter.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CorsFilterTest extends HttpFilterTck {

    private static final String APP = "https://app.example";

    @Override
    protected HttpFilterFactory filter() {
        return section(List.of(APP), true);
    }

    @Override
    protected Map<String, String> passing() {
        return Map.of("origin", APP);
    }

    @Override
    protected List<String> looksAt() {
        return List.of("origin", "access-control-request-method", "access-control-request-headers");
    }

    @Test
    void aPreflightIsAnsweredWithoutTheService() {
        try (HttpKit kit = HttpKit.with(filter())) {
            var answer = kit.ask(kit.request("/")
                    .method("OPTIONS", BodyPublishers.noBody())
                    .headers(
                            "origin", APP,
                            "access-control-request-method", "PUT",
                            "access-control-request-headers", "x-token, content-type"));

            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .contains(APP);
            assertThat(answer.headers()
                            .firstValue("access-control-allow-methods")
                            .orElse(""))
                    .contains("PUT");
            assertThat(answer.headers().firstValue("access-control-allow-headers"))
                    .contains("x-token, content-type");
            assertThat(answer.headers().firstValue("access-control-max-age")).contains("60");
            assertThat(answer.headers().firstValue("access-control-allow-credentials"))
                    .contains("true");
            assertThat(kit.served()).isEmpty();
        }
    }

    @Test
    void aStrangersPreflightIsRefused() {
        try (HttpKit kit = HttpKit.with(filter())) {
            var answer = kit.ask(kit.request("/")
                    .method("OPTIONS", BodyPublishers.noBody())
                    .headers("origin", "https://evil.example", "access-control-request-method", "PUT"));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
    }

    @Test
    void anOrdinaryOptionsIsTheServices() {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.ask(kit.request("/").method("OPTIONS", BodyPublishers.noBody()).header("origin", APP));

            assertThat(kit.served()).hasSize(1);
        }
    }

    @Test
    void whatTheServiceSaysOfCorsIsReplaced() {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> {
                answer.head(
                        200,
                        new DefaultHttpHeaders()
                                .set("access-control-allow-origin", "*")
                                .set("vary", "accept"));
                answer.part("read me".getBytes(UTF_8));
                answer.end();
            });

            var ours = kit.get("/", "origin", APP);
            var others = kit.get("/", "origin", "https://evil.example");

            assertThat(ours.headers().allValues("access-control-allow-origin")).containsExactly(APP);
            assertThat(ours.headers().allValues("access-control-expose-headers"))
                    .containsExactly("x-total");
            assertThat(ours.headers().allValues("vary")).containsExactly("accept", "origin");
            assertThat(others.headers().allValues("access-control-allow-origin"))
                    .isEmpty();
            assertThat(others.headers().allValues("vary")).containsExactly("accept", "origin");
        }
    }

    @Test
    void aPageMayReadARefusalToo() {
        try (HttpKit kit = HttpKit.with(filter(), new OriginFilterFactory(null, true))) {
            var answer =
                    kit.ask(kit.request("/").POST(BodyPublishers.ofString("x")).header("origin", APP));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .contains(APP);
        }
    }

    @Test
    void everybodyMayReadWithoutCookies() {
        try (HttpKit kit = HttpKit.with(section(List.of("*"), false))) {
            var answer = kit.get("/", "origin", "https://any.example");

            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .contains("*");
            assertThat(answer.headers().firstValue("vary")).isEmpty();
        }
        assertThatThrownBy(() -> section(List.of("*"), true)).hasMessageContaining("credentials");
    }

    @Test
    void whatIsNoOriginIsRefusedInTheFile() {
        assertThatThrownBy(() -> section(List.of("app.example"), false)).hasMessageContaining("app.example");
    }

    private static CorsFilterFactory section(List<String> origins, boolean credentials) {
        return new CorsFilterFactory(origins, null, null, List.of("x-total"), credentials, Duration.ofMinutes(1));
    }
}
