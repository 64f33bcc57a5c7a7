package dev.culvert.plugin.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.mux.MultiplexerFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class YamuxMultiplexerFactoryTest {

    @Test
    void needsNoKeys() throws Exception {
        MultiplexerFactory factory = read("{\"type\": \"yamux\"}");

        assertThat(factory).isEqualTo(new YamuxMultiplexerFactory());
        assertThat(((YamuxMultiplexerFactory) factory).settings())
                .isEqualTo(new YamuxSettings(
                        16_384,
                        256 << 10,
                        16 << 20,
                        64 << 20,
                        256,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10)));
    }

    @Test
    void readsItsKeys() throws Exception {
        YamuxMultiplexerFactory factory = (YamuxMultiplexerFactory) read("""
                {"type": "yamux", "max_streams": 7, "initial_window": "1MiB", "max_window": "2MiB",
                 "session_window": "0", "accept_backlog": 3}""");

        YamuxSettings settings = factory.settings();
        assertThat(settings.maxStreams()).isEqualTo(7);
        assertThat(settings.initialWindow()).isEqualTo(1 << 20);
        assertThat(settings.maxWindow()).isEqualTo(2 << 20);
        assertThat(settings.sessionWindow()).isZero();
        assertThat(settings.acceptBacklog()).isEqualTo(3);
    }

    @Test
    void refusesAWindowThatTheSpecificationDoesNotAllow() {
        assertThatThrownBy(() -> windows("64KiB", "1MiB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("initial_window: 64KiB (expected: 256KiB to 1GiB)");
        assertThatThrownBy(() -> windows("1MiB", "512KiB")).hasMessage("max_window: 512KiB (expected: 1MiB to 1GiB)");
        assertThatThrownBy(() -> windows("256KiB", "2GiB")).hasMessage("max_window: 2GiB (expected: 256KiB to 1GiB)");
    }

    @Test
    void refusesATimeOfNothing() {
        assertThatThrownBy(() ->
                        new YamuxMultiplexerFactory(null, null, null, null, null, Duration.ZERO, null, null, null))
                .hasMessage("open_timeout: PT0S (expected: more than 0)");
    }

    private static YamuxMultiplexerFactory windows(String initial, String max) {
        return new YamuxMultiplexerFactory(
                null, DataSize.parse(initial), DataSize.parse(max), null, null, null, null, null, null);
    }

    private static MultiplexerFactory read(String json) throws Exception {
        ObjectMapper mapper = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        mapper.registerSubtypes(YamuxMultiplexerFactory.class);
        return mapper.readValue(json, MultiplexerFactory.class);
    }
}
