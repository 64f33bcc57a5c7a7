package dev.culvert.plugin.filter.limits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import dev.culvert.testkit.KitOrigin;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

final class ConcurrencyFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return new ConcurrencyFilterFactory(64, null);
    }

    @Test
    void oneMoreThanTheLimitIsTooManyUntilOneHasEnded() {
        Queue<KitOrigin.Answer> waiting = new ConcurrentLinkedQueue<>();
        ConcurrencyFilter filter = new ConcurrencyFilter(2, Per.TUNNEL);
        try (HttpKit kit = HttpKit.of(filter)) {
            kit.serving((request, answer) -> waiting.add(answer));
            var first = kit.send(kit.request("/"));
            var second = kit.send(kit.request("/"));
            await().until(() -> waiting.size() == 2);

            var refused = kit.get("/");

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).startsWith(FilterError.CONCURRENCY_EXCEEDED.code());
            waiting.forEach(answer -> answer.send(200, "text/plain", "done".getBytes(UTF_8)));
            assertThat(first.join().statusCode()).isEqualTo(200);
            assertThat(second.join().statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(filter.size()).isZero());
            kit.serving(KitOrigin.ECHO);
            assertThat(kit.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aServiceThatFailsGivesItsPlaceBack() {
        try (HttpKit kit = HttpKit.with(new ConcurrencyFilterFactory(1, Per.SOURCE))) {
            kit.serving((request, answer) -> answer.fail());

            for (int i = 0; i < 10; i++) {
                assertThat(kit.get("/").statusCode()).isEqualTo(502);
            }
        }
    }
}
