package dev.culvert.plugin.filter.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RateFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return new RateFilterFactory(Rate.parse("100000/s"), null, null, null);
    }

    @ParameterizedTest
    @EnumSource(Per.class)
    void oneMoreThanTheBurstIsTooMany(Per by) {
        try (HttpKit kit = HttpKit.with(new RateFilterFactory(Rate.parse("1/h"), 3, by, null))) {
            for (int i = 0; i < 3; i++) {
                assertThat(kit.get("/").statusCode()).isEqualTo(200);
            }

            var refused = kit.get("/");

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).startsWith(FilterError.RATE_EXCEEDED.code());
            assertThat(Integer.parseInt(
                            refused.headers().firstValue("retry-after").orElse("")))
                    .isBetween(1, 3600);
            assertThat(kit.served()).hasSize(3);
        }
    }

    @Test
    void withoutABurstAsManyComeAsTheRateSays() {
        try (HttpKit kit = HttpKit.with(new RateFilterFactory(Rate.parse("5/h"), null, null, null))) {
            for (int i = 0; i < 8; i++) {
                assertThat(kit.get("/").statusCode()).isEqualTo(i < 5 ? 200 : 429);
            }
        }
    }
}
