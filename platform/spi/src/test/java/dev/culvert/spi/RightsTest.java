package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RightsTest {

    private static final Rights SOME = new Rights(Set.of("tcp"), List.of(new PortRange(7000, 7999)), List.of("web*"))
            .withHosts(List.of("*.example.com", "other.example.org"));

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "tcp://:7000, true",
        "tcp://:8000, false",
        "tcp://127.0.0.1:7000, true",
        "tcp://[::1]:7000, true",
        "https://web.example.com, true",
        "https://WEB.Example.COM., true",
        "https://a.b.example.com/path, true",
        "https://example.com, false",
        "https://evil-example.com, false",
        "https://web.example.com.evil.net, false",
        "https://other.example.org, true",
        "https://web.example.com:7000, true",
        "https://web.example.com:9000, false",
        "https://, false",
    })
    void anEndpointIsWithinPortsAndHosts(String endpoint, boolean allowed) {
        assertThat(SOME.allows(Endpoint.parse(endpoint))).isEqualTo(allowed);
        assertThat(Rights.ALL.allows(Endpoint.parse(endpoint))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*b", "*a*", "**"})
    void aPatternThatWouldMatchNothingIsRefused(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> Rights.ALL.withHosts(List.of(pattern)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rights(Set.of(), List.of(), List.of(pattern)))
                .withMessageContaining("expected");
    }

    @Test
    void aNumberThatPermitsNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Rights.ALL.withStreams(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Rights.ALL.withTunnels(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Rights.ALL.withBandwidth(new DataSize(1023)));
    }

    @Test
    void aSectionWithoutKeysPermitsEverything() {
        assertThat(new RightsSection(null, null, null, null, null, null, null, null, null).rights())
                .isEqualTo(Rights.ALL);
    }
}
