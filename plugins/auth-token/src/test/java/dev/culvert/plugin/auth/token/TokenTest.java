package dev.culvert.plugin.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Secret;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.IssueRequest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A token, its end, and the line in which a file keeps it. */
final class TokenTest {

    private static final String VERIFIER =
            "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4="
                    + ":YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=";

    @Test
    void aTokenSaysItsNameAndHas256RandomBits() {
        Token token = Token.random("my_lap-top");

        assertThat(token.secret().reveal()).matches("clv_my_lap-top_[A-Za-z0-9_-]{43}");
        assertThat(Token.of(token.secret()).name()).isEqualTo("my_lap-top");
        assertThat(Token.random("my_lap-top").secret()).isNotEqualTo(token.secret());
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse", "clv_laptop_tooshort", "clv__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void anyOtherTextIsASharedToken(String text) {
        assertThat(Token.of(Secret.of(text)).name()).isEqualTo("default");
    }

    @Test
    void twoWaysOfTypingALetterAreOneToken() {
        assertThat(Token.of(Secret.of("ba\u0308r")).password())
                .isEqualTo(Token.of(Secret.of("b\u00e4r")).password());
    }

    @ParameterizedTest
    @CsvSource({
        "2027-01-31, 2027-02-01T00:00:00Z",
        "2027-01-31T12:00:00Z, 2027-01-31T12:00:00Z",
        "2027-01-31T12:00:00+02:00, 2027-01-31T10:00:00Z",
        "2027-01-31 12:00:00, 2027-01-31T12:00:00Z",
        "2027-01-31T12:00, 2027-01-31T12:00:00Z",
    })
    void anEndIsADateOrATime(String text, Instant end) {
        assertThat(Expiry.parse(text).at()).isEqualTo(end);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "never", "2027-02-30", "2027-01-31T25:00:00Z", "20270131"})
    void anythingElseIsNoEnd(String text) {
        assertThatThrownBy(() -> Expiry.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: 2027-01-31");
    }

    @Test
    void aLineSaysWhatTheRequestSaid() {
        IssueRequest request = new IssueRequest(
                "laptop",
                "alice@example.com",
                "acme",
                Instant.parse("2027-01-31T12:00:00Z"),
                new Rights(
                                Set.of("tcp", "http"),
                                List.of(new PortRange(22, 22), new PortRange(7000, 7999)),
                                List.of("web*", "*.example.com"))
                        .withHosts(List.of("*.example.com"))
                        .withSessions(3)
                        .withTunnels(10)
                        .withStreams(1000)
                        .withBandwidth(DataSize.parse("10MiB"))
                        .withSources(List.of(SourceNetwork.parse("10.0.0.0/8"), SourceNetwork.parse("::1"))));

        String line = TokenLine.format("laptop", Verifier.parse(VERIFIER), request);
        TokenGrant grant = TokenLine.parse(line).grant();

        assertThat(line)
                .isEqualTo(
                        "laptop " + VERIFIER + " principal=alice@example.com account=acme expires=2027-01-31T12:00:00Z"
                                + " types=http,tcp ports=22,7000-7999 names=web*,*.example.com"
                                + " hosts=*.example.com sessions=3 tunnels=10 streams=1000"
                                + " bandwidth=10MiB sources=10.0.0.0/8,::1");
        assertThat(grant.principal().name()).isEqualTo("alice@example.com");
        assertThat(grant.principal().account()).isEqualTo("acme");
        assertThat(grant.principal().rights()).isEqualTo(request.rights());
        assertThat(grant.expires()).isEqualTo(request.expires());
    }

    @Test
    void aLineWithoutKeysIsATokenWithoutLimits() {
        TokenGrant grant = TokenLine.parse("  laptop\t" + VERIFIER).grant();

        assertThat(grant.principal().name()).isEqualTo("laptop");
        assertThat(grant.principal().account()).isEqualTo("laptop");
        assertThat(grant.principal().rights()).isEqualTo(Rights.ALL);
        assertThat(grant.expires()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "laptop",
                "lap,top " + VERIFIER,
                "laptop SCRAM-SHA-256$1:x",
                "laptop " + VERIFIER + " owner=alice",
                "laptop " + VERIFIER + " principal",
                "laptop " + VERIFIER + " principal=",
                "laptop " + VERIFIER + " principal=a principal=b",
                "laptop " + VERIFIER + " ports=0",
                "laptop " + VERIFIER + " ports=9000-8000",
                "laptop " + VERIFIER + " ports=",
                "laptop " + VERIFIER + " types=",
                "laptop " + VERIFIER + " types=tcp,,http",
                "laptop " + VERIFIER + " expires=soon",
            })
    void aLineThatCannotBeMeantIsRefused(String line) {
        assertThatThrownBy(() -> TokenLine.parse(line).grant())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected:");
    }
}
