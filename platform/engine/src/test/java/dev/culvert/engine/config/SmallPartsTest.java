package dev.culvert.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts that configurations are read with, each by itself. */
final class SmallPartsTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "listen[0].bind", "a[1][2].b", "\"a.b\".c", "a-b_c"})
    void aPathReadsAsItIsWritten(String text) {
        assertThat(KeyPath.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a..b", "a[x]", "a b", "a["})
    void whatIsNoPathIsRefused(String text) {
        assertThatThrownBy(() -> KeyPath.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"30s, 30s", "500ms, 500ms", "90s, 1m30s", "1h30m, 1h30m", "0s, 0s", "36h, 1d12h", "1500us, 1ms500us"})
    void aDurationIsReadWithUnitsAndWrittenWithTheLargest(String text, String written) {
        Duration duration = Durations.parse(text);

        assertThat(Durations.format(duration)).isEqualTo(written);
        assertThat(Durations.parse(written)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "-1s", "1.5s", "PT30S", "30s ", "30 s", "9999999999999999999s"})
    void whatIsNoDurationIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" (expected: a duration with its unit, \"30s\", \"500ms\")");
    }

    @ParameterizedTest
    @CsvSource({
        "tokne, token",
        "Token, token",
        "trnsport, transport",
        "connection, connections",
        "bnid, bind",
        "zzz, ",
        "a, "
    })
    void theNearestWordIsWhatASlipWouldMake(String written, String meant) {
        assertThat(Nearest.to(written, List.of("token", "transport", "connections", "bind")))
                .isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${A}, 1",
        "x${A}y${B}, x1y2",
        "${C:-d}, d",
        "${A:-d}, 1",
        "${C:-}, ''",
        "$${A}, ${A}",
        "$A $ {A}, $A $ {A}",
        "${E}, ${A}"
    })
    void aVariableStandsForItsValueAndItsValueForItself(String text, String result) {
        Variables variables = new Variables(Map.of("A", "1", "B", "2", "E", "${A}"));

        assertThat(variables.substitute(text).text()).isEqualTo(result);
    }

    @Test
    void aKeyThatIsAnOptionalVariableAloneCountsAsNotWrittenWithoutAValue() {
        Variables variables = new Variables(Map.of("A", "1", "EMPTY", ""));

        assertThat(variables.leavesOut("${NONE:-}")).isTrue();
        assertThat(variables.leavesOut("${EMPTY:-}")).isTrue();
        assertThat(variables.leavesOut("${A:-}")).isFalse();
        assertThat(variables.leavesOut("${EMPTY}")).isFalse();
        assertThat(variables.leavesOut("x${NONE:-}")).isFalse();
        assertThat(variables.leavesOut("")).isFalse();
        assertThat(variables.leavesOut(null)).isFalse();
    }

    @Test
    void secretsAreToldByTheirKeys() {
        assertThat(Secrecy.isSecret(KeyPath.parse("server.key_store_password"))).isTrue();
        assertThat(Secrecy.isSecret(KeyPath.parse("auth[0].tokens[3]"))).isTrue();
        assertThat(Secrecy.isSecret(KeyPath.parse("auth[0].tokens[3].name"))).isFalse();
        assertThat(Secrecy.isSecret(KeyPath.parse("auth[0].token_file"))).isFalse();
        assertThat(Secrecy.isSecret(KeyPath.parse("[0]"))).isFalse();
    }
}
