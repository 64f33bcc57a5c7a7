package dev.culvert.engine.control;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page in a browser gives no commands. */
final class CommandGuardTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:4440", "localhost", "LOCALHOST:1", "[::1]:4440", "10.0.0.7"})
    void aCommandForAnAddressIsDone(String host) {
        assertThatCode(() -> CommandGuard.require("culvert", host)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "evil.example", "evil.example:4440", "[", "127.0.0.1.evil.example", "localhost.evil:1"})
    void aCommandForAnotherNameIsNot(String host) {
        assertThatThrownBy(() -> CommandGuard.require("culvert", host)).hasMessageStartingWith("CLV-1015");
    }

    @Test
    void aCommandWithoutTheHeaderIsNot() {
        assertThatThrownBy(() -> CommandGuard.require(null, "127.0.0.1")).hasMessageStartingWith("CLV-1015");
        assertThatThrownBy(() -> CommandGuard.require("culvert", null)).hasMessageStartingWith("CLV-1015");
    }
}
