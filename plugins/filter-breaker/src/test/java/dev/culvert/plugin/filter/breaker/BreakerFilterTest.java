package dev.culvert.plugin.filter.breaker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import dev.culvert.testkit.KitOrigin;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BreakerFilterTest extends HttpFilterTck {

    private static final Duration OPEN = Duration.ofSeconds(30);
    private static final KitOrigin ILL = (request, answer) -> answer.send(503, "text/plain", new byte[0]);
    private static final KitOrigin GONE = (request, answer) -> answer.fail();

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);

    @Override
    protected HttpFilterFactory filter() {
        return new BreakerFilterFactory(null, null, null, null, null);
    }

    @Test
    void aServiceThatFailsTooOftenIsLeftAloneForAWhile() {
        try (HttpKit kit = kit(3, 10, 1)) {
            fail(kit, ILL, 3);

            var refused = kit.get("/");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).startsWith(FilterError.CIRCUIT_OPEN.code());
            assertThat(Integer.parseInt(
                            refused.headers().firstValue("retry-after").orElse("")))
                    .isBetween(1, 31);
            assertThat(kit.served()).hasSize(3);
        }
    }

    @Test
    void aProbeThatSucceedsClosesTheCircuit() {
        try (HttpKit kit = kit(3, 10, 2)) {
            fail(kit, GONE, 3);
            clock.addAndGet(OPEN.toNanos());
            kit.serving(KitOrigin.ECHO);

            for (int i = 0; i < 10; i++) {
                assertThat(kit.get("/").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void aProbeThatFailsOpensItAgain() {
        try (HttpKit kit = kit(3, 10, 1)) {
            fail(kit, ILL, 3);
            clock.addAndGet(OPEN.toNanos());

            fail(kit, ILL, 1);

            assertThat(kit.get("/").body()).startsWith(FilterError.CIRCUIT_OPEN.code());
            assertThat(kit.served()).hasSize(4);
        }
    }

    @Test
    void onlyOneProbesAtATimeAndOneWhoseVisitorLeavesIsReplaced() throws Exception {
        try (HttpKit kit = kit(3, 10, 1)) {
            fail(kit, ILL, 3);
            clock.addAndGet(OPEN.toNanos());
            CompletableFuture<KitOrigin.Answer> reached = new CompletableFuture<>();
            kit.serving((request, answer) -> reached.complete(answer));
            try (var visitor = kit.socket()) {
                visitor.getOutputStream().write("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n".getBytes(UTF_8));
                reached.get();

                assertThat(kit.get("/").body()).startsWith(FilterError.CIRCUIT_OPEN.code());
            }
            await().until(() -> kit.ends().stream().anyMatch(end -> end.outcome() == HttpEnd.Outcome.VISITOR_LEFT));
            kit.serving(KitOrigin.ECHO);

            assertThat(kit.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void failuresLongAgoAreForgotten() {
        try (HttpKit kit = kit(3, 5, 1)) {
            for (int i = 0; i < 6; i++) {
                fail(kit, ILL, 1);
                kit.serving(KitOrigin.ECHO);
                for (int j = 0; j < 4; j++) {
                    assertThat(kit.get("/").statusCode()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void otherAnswersAreNoFailures() {
        try (HttpKit kit = kit(1, 1, 1)) {
            kit.serving((request, answer) -> answer.send(404, "text/plain", new byte[0]));

            for (int i = 0; i < 5; i++) {
                assertThat(kit.get("/").statusCode()).isEqualTo(404);
            }
        }
    }

    @Test
    void aWindowThatIsTooShortIsRefused() {
        assertThatThrownBy(() -> new BreakerFilterFactory(30, null, null, null, List.of()))
                .hasMessageContaining("window");
    }

    private HttpKit kit(int failures, int window, int probes) {
        return HttpKit.of(
                new BreakerFilter(new CircuitLimits(failures, window, OPEN, probes), Set.of(500, 503), clock::get));
    }

    private static void fail(HttpKit kit, KitOrigin how, int times) {
        allEnded(kit);
        kit.serving(how);
        for (int i = 0; i < times; i++) {
            assertThat(kit.get("/").body()).doesNotContain(FilterError.CIRCUIT_OPEN.code());
        }
        allEnded(kit);
    }

    // A visitor has its answer a moment before the filter hears of the end.
    private static void allEnded(HttpKit kit) {
        await().until(() -> kit.ends().size() == kit.served().size());
    }
}
