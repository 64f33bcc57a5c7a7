package com.example.timing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import org.junit.jupiter.api.Test;

/** Keeps what every filter promises, and its own promise. */
final class TimingFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return new TimingFilterFactory(null);
    }

    @Test
    void anAnswerSaysHowLongItTook() {
        try (HttpKit kit = HttpKit.with(new TimingFilterFactory("app"))) {
            assertThat(kit.get("/").headers().firstValue("server-timing").orElse("")).matches("app;dur=\\d+");
        }
    }
}
