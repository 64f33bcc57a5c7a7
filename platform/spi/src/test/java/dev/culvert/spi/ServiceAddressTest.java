package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServiceAddressTest {

    @Test
    void isAPortAHostAndPortOrAPath() {
        assertThat(ServiceAddress.parse(3000)).isEqualTo(new HostPort("", 3000));
        assertThat(ServiceAddress.parse("[::1]:80")).isEqualTo(new HostPort("::1", 80));
        assertThat(ServiceAddress.parse(" unix:/run/app.sock")).isEqualTo(new UnixPath("/run/app.sock"));
    }

    @Test
    void isShownAsItIsWritten() {
        assertThat(ServiceAddress.parse("unix:/run/app.sock").shown()).isEqualTo("unix:/run/app.sock");
        assertThat(ServiceAddress.parse(3000).shown()).isEqualTo("localhost:3000");
    }

    @Test
    void aPortOfZeroNamesNoService() {
        assertThat(ServiceAddress.parse(0).isComplete()).isFalse();
        assertThat(ServiceAddress.parse("unix:/x").isComplete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:", "unix:run/app.sock", "unix:/a\0b"})
    void aPathIsAbsolute(String text) {
        assertThatThrownBy(() -> ServiceAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: unix: and an absolute path of at most 107 bytes");
    }

    @Test
    void aPathIsAsLongAsTheKernelTakesIt() {
        assertThat(new UnixPath("/" + "x".repeat(106)).path()).hasSize(107);
        assertThatThrownBy(() -> new UnixPath("/" + "x".repeat(107))).isInstanceOf(IllegalArgumentException.class);
    }
}
