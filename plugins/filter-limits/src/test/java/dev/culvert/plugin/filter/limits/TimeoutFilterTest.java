package dev.culvert.plugin.filter.limits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import dev.culvert.testkit.KitOrigin;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TimeoutFilterTest extends HttpFilterTck {

    private static final Duration SOON = Duration.ofMillis(200);
    private static final Duration LATE = Duration.ofMinutes(5);

    @Override
    protected HttpFilterFactory filter() {
        return new TimeoutFilterFactory(LATE, LATE, LATE, LATE, LATE);
    }

    @Test
    void aBodyThatPausesIsRefused() throws Exception {
        try (HttpKit kit = HttpKit.with(new TimeoutFilterFactory(SOON, LATE, LATE, LATE, LATE));
                Socket visitor = kit.socket()) {
            visitor.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: web.example\r\nContent-Length: 10\r\n\r\nhalf".getBytes(UTF_8));

            String answer = new String(visitor.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains(FilterError.REQUEST_STALLED.code());
            assertThat(kit.served()).isEmpty();
        }
    }

    @Test
    void aServiceThatIsSilentIsGivenUp() {
        assertEnds(new TimeoutFilterFactory(null, SOON, null, null, null), FilterError.SERVICE_SLOW);
        assertEnds(new TimeoutFilterFactory(LATE, LATE, LATE, SOON, LATE), FilterError.EXCHANGE_IDLE);
        assertEnds(new TimeoutFilterFactory(null, LATE, null, null, SOON), FilterError.EXCHANGE_TIMEOUT);
    }

    @Test
    void anAnswerThatPausesBreaksOff() {
        assertBreaksOff(new TimeoutFilterFactory(null, LATE, SOON, null, null));
        assertBreaksOff(new TimeoutFilterFactory(null, null, null, SOON, null));
        assertBreaksOff(new TimeoutFilterFactory(null, null, null, null, SOON));
    }

    @Test
    void whatMovesIsNotIdle() {
        try (HttpKit kit = HttpKit.with(
                new TimeoutFilterFactory(LATE, LATE, Duration.ofSeconds(2), Duration.ofSeconds(2), LATE))) {
            kit.serving((request, answer) -> {
                answer.head(200, new DefaultHttpHeaders());
                sendSlowly(answer, 8);
            });

            assertThat(kit.get("/").body()).isEqualTo("........");
        }
    }

    @Test
    void aSectionThatLimitsNothingIsRefused() {
        assertThatThrownBy(() -> new TimeoutFilterFactory(null, null, null, null, null))
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> new TimeoutFilterFactory(Duration.ZERO, null, null, null, null))
                .hasMessageContaining("read");
    }

    private static void sendSlowly(KitOrigin.Answer answer, int left) {
        if (left == 0) {
            answer.end();
            return;
        }
        answer.part(".".getBytes(UTF_8));
        CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS).execute(() -> sendSlowly(answer, left - 1));
    }

    private static void assertEnds(HttpFilterFactory section, FilterError code) {
        try (HttpKit kit = HttpKit.with(section)) {
            kit.serving((request, answer) -> {});

            var answer = kit.get("/");

            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).startsWith(code.code());
        }
    }

    private static void assertBreaksOff(HttpFilterFactory section) {
        try (HttpKit kit = HttpKit.with(section)) {
            kit.serving((request, answer) -> {
                answer.head(200, new DefaultHttpHeaders());
                answer.part("half".getBytes(UTF_8));
            });

            assertThatThrownBy(() -> kit.send(kit.request("/")).join()).isInstanceOf(CompletionException.class);
        }
    }
}
