package dev.culvert.engine.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pf4j.Extension;

final class ParametersTest {

    private final Parameters parameters = new Parameters(Plugins.load(PluginsSection.DEFAULT, null));

    /** What a protocol says of a tunnel. */
    record Tunnel(String host, @Nullable List<@Valid HttpFilterFactory> filters) {}

    /** A filter with something of everything. */
    @Extension
    @JsonTypeName("tested")
    public record Tested(
            @Nullable @Min(1) Integer most,
            @Nullable Duration after,
            @Nullable Secret key,
            @Nullable Path file,
            @Nullable List<Part> parts)
            implements HttpFilterFactory {

        /** A table inside the section. */
        public record Part(String name) {}

        static Tested of(int most) {
            return new Tested(most, Duration.ofSeconds(90), null, null, List.of(new Part("a")));
        }

        @Override
        public HttpFilter build(PluginContext context, Role author) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aSectionTravelsAsItIsInAFile() {
        Tunnel tunnel = new Tunnel("a.example", List.of(Tested.of(3)));

        Map<String, Object> written = Parameters.write(tunnel);

        assertThat(written)
                .isEqualTo(Map.of(
                        "host",
                        "a.example",
                        "filters",
                        List.of(Map.of(
                                "type",
                                "tested",
                                "most",
                                3,
                                "after",
                                "1m30s",
                                "parts",
                                List.of(Map.of("name", "a"))))));
        assertThat(parameters.read(written, Tunnel.class)).isEqualTo(tunnel);
    }

    @Test
    void whatTheProtocolDoesNotKnowIsIgnored() {
        assertThat(parameters.read(Map.of("host", "a.example", "of_a_later_version", 1), Tunnel.class))
                .isEqualTo(new Tunnel("a.example", null));
    }

    @Test
    void whatASectionDoesNotKnowIsRefused() {
        assertRefused(Map.of("type", "tested", "moost", 3), "moost");
        assertRefused(Map.of("type", "tested", "parts", List.of(Map.of("name", "a", "nmae", "b"))), "nmae");
    }

    @Test
    void aPluginThatIsNotThereIsNamed() {
        assertRefused(Map.of("type", "acme"), "filters[0]: type: \"acme\" is of no plugin of this server.");
    }

    @Test
    void aSectionWithoutATypeIsRefused() {
        assertRefused(Map.of("most", 3), "type");
    }

    @Test
    void aValueThatIsNotPermittedIsNamed() {
        assertRefused(Map.of("type", "tested", "most", 0), "filters[0].most");
    }

    @Test
    void nobodyMakesTheServerReadAFile() {
        assertRefused(Map.of("type", "tested", "key", Map.of("file", "/etc/shadow")), "a secret");
        assertRefused(Map.of("type", "tested", "key", "sesame"), "a secret");
        assertRefused(Map.of("type", "tested", "file", "/etc/passwd"), "a path");
    }

    @Test
    void noSecretAndNoPathLeavesThisMachine() {
        assertWithheld(new Tested(1, null, Secret.of("sesame"), null, null), "key: a secret");
        assertWithheld(new Tested(1, null, null, Path.of("keys.json"), null), "file: a path of this machine");
    }

    private static void assertWithheld(Tested filter, String message) {
        assertThatThrownBy(() -> Parameters.write(new Tunnel("a.example", List.of(filter))))
                .hasMessageContaining(message)
                .hasMessageNotContaining("sesame")
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(TunnelError.INVALID_PARAMETERS));
    }

    private void assertRefused(Map<String, Object> filter, String message) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("host", "a.example");
        values.put("filters", List.of(filter));

        assertThatThrownBy(() -> parameters.read(values, Tunnel.class))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(TunnelError.INVALID_PARAMETERS));
    }
}
