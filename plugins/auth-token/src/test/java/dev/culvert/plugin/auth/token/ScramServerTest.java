package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Verdict;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server makes of a client that says one thing about its channel and means another. */
final class ScramServerTest {

    private final TokenStore store = new TokenStore(new Decoys(new byte[] {1}), InstantSource.system());
    private final AuthenticationContext bound = new AuthenticationContext(
            new InetSocketAddress("127.0.0.1", 40000), null, Map.of("tls-server-end-point", new byte[] {1}), true);

    @ParameterizedTest
    @CsvSource({
        "n, false, true",
        "y, false, true",
        "p=tls-server-end-point, false, false",
        "p=tls-server-end-point, true, true",
        "p=tls-unique, true, false",
        "n, true, false",
        "y, true, false",
    })
    void theFlagHasToFitTheMechanism(String flag, boolean plus, boolean challenged) {
        ScramServer server = new ScramServer(store, bound, plus);

        if (challenged) {
            assertThat(next(server, flag + ",,n=user,r=nonce")).isInstanceOf(Verdict.Challenge.class);
        } else {
            assertMalformed(server, flag + ",,n=user,r=nonce");
        }
    }

    @Test
    void theChallengeAddsToTheClientsNonce() {
        String first = challenge("nonce");
        String second = challenge("nonce");

        assertThat(first).matches("r=nonce[A-Za-z0-9+/]{24},s=[A-Za-z0-9+/]{22}==,i=4096");
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void aRefusalRepeatsNothingOfWhatAStrangerSent() {
        assertThatThrownBy(() -> next(new ScramServer(store, bound, false), "<script>,,n=\u202e,r=x"))
                .message()
                .doesNotContain("script")
                .doesNotContain("\u202e");
    }

    @Test
    void aMessageOfANonceThatIsNotThisConversationsIsMalformed() {
        ScramServer server = new ScramServer(store, bound, false);
        next(server, "n,,n=user,r=nonce");

        assertMalformed(server, "c=biws,r=nonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    }

    private String challenge(String nonce) {
        Verdict verdict = next(new ScramServer(store, bound, false), "n,,n=user,r=" + nonce);
        return new String(((Verdict.Challenge) verdict).message(), UTF_8);
    }

    private static Verdict next(ScramServer server, String message) {
        return server.next(message.getBytes(UTF_8)).toCompletableFuture().join();
    }

    private static void assertMalformed(ScramServer server, String message) {
        assertThatThrownBy(() -> next(server, message))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.MALFORMED_EXCHANGE));
    }
}
