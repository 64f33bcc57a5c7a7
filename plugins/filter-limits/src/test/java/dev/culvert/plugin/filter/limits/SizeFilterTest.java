package dev.culvert.plugin.filter.limits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class SizeFilterTest extends HttpFilterTck {

    private static final int LIMIT = 100_000;

    @Override
    protected HttpFilterFactory filter() {
        return new SizeFilterFactory(20, new DataSize(2000), new DataSize(LIMIT), new DataSize(LIMIT));
    }

    @Override
    protected List<Map<String, String>> refused() {
        return List.of(Map.of("x-long", "x".repeat(2000)));
    }

    @Test
    void aBodyThatSaysItIsTooLongIsNotRead() {
        assertRefused(BodyPublishers.ofByteArray(new byte[LIMIT + 1]), 413, FilterError.REQUEST_TOO_LARGE);
    }

    @Test
    void aBodyThatTurnsOutTooLongIsRefusedThen() {
        assertRefused(
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[LIMIT + 1])),
                413,
                FilterError.REQUEST_TOO_LARGE);
    }

    @Test
    void theLongestBodyPassesHoweverItSaysSo() {
        try (HttpKit kit = HttpKit.with(filter())) {
            assertThat(kit.ask(kit.request("/").POST(BodyPublishers.ofByteArray(new byte[LIMIT])))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(kit.ask(kit.request("/")
                                    .POST(BodyPublishers.ofInputStream(
                                            () -> new ByteArrayInputStream(new byte[LIMIT]))))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void tooManyHeadersAreRefused() {
        try (HttpKit kit = HttpKit.with(filter())) {
            var request = kit.request("/");
            for (int i = 0; i < 20; i++) {
                request.header("x-" + i, "1");
            }

            assertThat(kit.ask(request).statusCode()).isEqualTo(431);
        }
    }

    @Test
    void anAnswerThatSaysItIsTooLongIsReplaced() {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> answer.send(200, "text/plain", new byte[LIMIT + 1]));

            HttpResponse<String> answer = kit.get("/");

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).startsWith(FilterError.RESPONSE_TOO_LARGE.code());
        }
    }

    @Test
    void anAnswerThatTurnsOutTooLongBreaksOff() {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> {
                answer.head(200, new DefaultHttpHeaders());
                for (int i = 0; i < 20; i++) {
                    answer.part("x".repeat(LIMIT / 10).getBytes(UTF_8));
                }
                answer.end();
            });

            assertThatThrownBy(() -> kit.send(kit.request("/")).join()).isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void aSectionThatLimitsNothingIsRefused() {
        assertThatThrownBy(() -> new SizeFilterFactory(null, null, null, null)).hasMessageContaining("at least one");
    }

    private void assertRefused(BodyPublisher body, int status, FilterError code) {
        try (HttpKit kit = HttpKit.with(filter())) {
            HttpResponse<String> answer = kit.ask(kit.request("/").POST(body));

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).startsWith(code.code());
            assertThat(kit.served()).isEmpty();
        }
    }
}
