package dev.culvert.plugin.filter.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return section(false);
    }

    @Override
    protected Map<String, String> passing() {
        return Map.of("origin", "https://app.example");
    }

    @Override
    protected List<Map<String, String>> refused() {
        return List.of(Map.of("origin", "https://evil.example"), Map.of("origin", "null"));
    }

    @Override
    protected List<String> looksAt() {
        return List.of("origin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://web.example",
                "HTTP://WEB.example:80",
                "https://app.example",
                "https://a.b.sites.example:8443"
            })
    void pagesOfTheSiteItselfAndOfThoseListedMayChangeThings(String origin) {
        assertThat(post(section(false), "origin", origin)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://web.example", // another scheme
                "http://web.example:81", // another port
                "https://sites.example:8443", // not below itself
                "https://evilsites.example:8443",
                "https://a.sites.example", // another port than the pattern's
                "https://app.example.evil.example",
                "https://app.example/",
                "https://app.example https://app.example",
                "https://user@app.example",
                "https://app.example:443443",
                "null",
                "*",
                "https://*.sites.example:8443"
            })
    void pagesOfOthersMayNot(String origin) {
        assertThat(post(section(false), "origin", origin)).isEqualTo(403);
    }

    @Test
    void whoSaysItTwiceIsNobody() {
        assertThat(post(section(false), "origin", "https://app.example", "origin", "https://app.example"))
                .isEqualTo(403);
    }

    @Test
    void programsSayNothingAndPassUnlessTheyMustSay() {
        assertThat(post(section(false))).isEqualTo(200);
        assertThat(post(section(true))).isEqualTo(403);
    }

    @Test
    void readingIsNotChanging() {
        try (HttpKit kit = HttpKit.with(section(true))) {
            assertThat(kit.get("/", "origin", "https://evil.example").statusCode())
                    .isEqualTo(200);
        }
    }

    private static int post(HttpFilterFactory section, String... headers) {
        try (HttpKit kit = HttpKit.with(section)) {
            var request = kit.request("/").POST(BodyPublishers.ofString("x"));
            int status = kit.ask(headers.length == 0 ? request : request.headers(headers))
                    .statusCode();
            assertThat(kit.served()).hasSize(status == 200 ? 1 : 0);
            return status;
        }
    }

    private static OriginFilterFactory section(boolean required) {
        return new OriginFilterFactory(
                List.of(Origin.ofFile("https://app.example"), Origin.ofFile("https://*.sites.example:8443")), required);
    }
}
