package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "web.example.com, web.example.com",
        "WEB.Example.COM, web.example.com",
        "web.example.com., web.example.com",
        "bücher.example, xn--bcher-kva.example",
        "BÜCHER.example, xn--bcher-kva.example",
        "XN--BCHER-KVA.example, xn--bcher-kva.example",
        "*.Example.com, *.example.com",
        "localhost, localhost",
        "_acme-challenge.example.com, _acme-challenge.example.com",
        "1.2.3.4, 1.2.3.4",
    })
    void hasOneForm(String written, String canonical) {
        assertThat(HostName.parse(written).value()).isEqualTo(canonical);
        assertThat(HostName.parse(canonical)).isEqualTo(HostName.parse(written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                ".a",
                "a b",
                "a\u0000b",
                "a%00b",
                "a/b",
                "a:80",
                "-a.com",
                "a-.com",
                "a.*.com",
                "*",
                "*.",
                "*a.com",
                "user@host",
                "[::1]",
                "a\r\nb",
                "a\u202eb",
                "example.com.."
            })
    void refusesWhatIsNoName(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostName.parse(text))
                .withMessageContaining("expected: labels");
    }

    @Test
    void hasLimits() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));

        assertThat(HostName.parse(longest).value()).hasSize(253);
        assertThatIllegalArgumentException().isThrownBy(() -> HostName.parse(longest + "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> HostName.parse("a" + label + ".com"));
        assertThatIllegalArgumentException().isThrownBy(() -> HostName.parse("a".repeat(100_000)));
    }

    @Test
    void aWildcardCoversWhatIsBelowIt() {
        HostName wildcard = HostName.parse("*.example.com");

        assertThat(wildcard.covers(HostName.parse("a.example.com"))).isTrue();
        assertThat(wildcard.covers(HostName.parse("a.b.example.com"))).isTrue();
        assertThat(wildcard.covers(HostName.parse("example.com"))).isFalse();
        assertThat(wildcard.covers(HostName.parse("badexample.com"))).isFalse();
        assertThat(HostName.parse("a.example.com").covers(HostName.parse("A.example.com.")))
                .isTrue();
    }

    @Test
    void theMostSpecificNameIsTheFirstCandidate() {
        assertThat(HostName.parse("a.b.example.com").candidates())
                .extracting(HostName::value)
                .containsExactly("a.b.example.com", "*.b.example.com", "*.example.com", "*.com");
        assertThat(HostName.parse("localhost").candidates())
                .extracting(HostName::value)
                .containsExactly("localhost");
    }

    @Test
    void anyTextIsANameOrIsRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(
                        (char) (random.nextInt(4) == 0 ? random.nextInt(0x3000) : "ab.-*_".charAt(random.nextInt(6))));
            }
            Throwable failure = catchThrowable(() -> {
                HostName name = HostName.parse(text.toString());
                assertThat(HostName.parse(name.value())).isEqualTo(name);
            });
            if (failure != null) {
                assertThat(failure).as("seed %d: %s", seed, text).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
