package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversation of RFC 7677, section 3, and a verifier that Python's hashlib computed. */
final class ScramTest {

    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    private static final String CHALLENGE = "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private final ScramClient client = new ScramClient(
            "user", "rOprNGfwEbeRWgbNEkqO", ChannelBinding.NONE, new SaltedKeys("pencil", Runnable::run));

    @Test
    void theClientSpeaksAsTheRfcShows() {
        assertThat(text(client.first())).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assertThat(text(client.answer(CHALLENGE.getBytes(UTF_8))))
                .isEqualTo("c=biws,r=" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(client.finish("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".getBytes(UTF_8)))
                .isCompleted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkqX%hvYDp", "x"})
    void theClientAnswersToItsOwnNonceAlone(String nonce) {
        assertThatThrownBy(() -> text(client.answer(("r=" + nonce + ",s=AAAA,i=4096").getBytes(UTF_8))))
                .hasMessageContaining("CLV-2007");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 1_000_001})
    void theClientRefusesToWorkTooLittleOrTooMuch(int iterations) {
        assertThatThrownBy(() -> text(client.answer(("r=" + NONCE + ",s=AAAA,i=" + iterations).getBytes(UTF_8))))
                .hasMessageContaining("CLV-2007")
                .hasMessageContaining("(expected: 4096 to 1000000)");
    }

    @Test
    void theServersSignatureIsTheOneOfTheRfc() {
        Verifier verifier = Verifier.of("pencil", Scram.unbase64("W22ZaJ0SNY7soEsUEjb6gQ=="));
        String signed = "n=user,r=rOprNGfwEbeRWgbNEkqO," + CHALLENGE + ",c=biws,r=" + NONCE;

        assertThat(new ServerFinal(Scram.hmac(verifier.serverKey(), signed)).format())
                .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void aVerifierIsTheOneThatOthersCompute() {
        byte[] salt = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        String verifier = "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4="
                + ":YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=";

        assertThat(Verifier.of("clv_laptop_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", salt)
                        .format())
                .isEqualTo(verifier);
        assertThat(Verifier.parse(verifier).format()).isEqualTo(verifier);
        assertThat(Verifier.parse(verifier)).hasToString("SCRAM-SHA-256$4096:****");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SCRAM-SHA-256",
                "SCRAM-SHA-1$4096:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4=:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
                "SCRAM-SHA-256$4095:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4=:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
                "SCRAM-SHA-256$1000001:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4=:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
                "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$AAEC:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
                "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
                "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODx==$rYI4twPGCGLgZET0r4gMGXTAISXofjwgUUuqEeilVp4=:YE5IFvzzS1gXHmyXxMMnaiLtGndPJK/J5jbQBmGPR2I=",
            })
    void aVerifierInAnotherFormIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> Verifier.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("YE5I");
    }

    @Test
    void whatIsSecretIsMasked() {
        ScramKeys keys = ScramKeys.derive("pencil", new byte[] {1}, Scram.ITERATIONS);

        assertThat(keys).hasToString("ScramKeys[****]");
        assertThat(Token.random("laptop").toString()).doesNotContain("clv_");
        assertThat(new ClientFinal("c=biws,r=x", new byte[0], "x", new byte[32]))
                .hasToString("ClientFinal[****]");
    }

    @Test
    void keysAreDerivedOncePerSalt() {
        int[] derivations = {0};
        SaltedKeys keys = new SaltedKeys("pencil", task -> {
            derivations[0]++;
            task.run();
        });

        ScramKeys first = derived(keys, 1);
        assertThat(derived(keys, 1)).isSameAs(first);
        assertThat(derivations[0]).isEqualTo(1);

        for (int salt = 2; salt <= 20; salt++) {
            derived(keys, salt);
        }
        assertThat(derived(keys, 1)).isNotSameAs(first); // only a few are kept, whatever a server sends
    }

    private static String text(CompletionStage<byte[]> message) {
        return new String(message.toCompletableFuture().join(), UTF_8);
    }

    private static ScramKeys derived(SaltedKeys keys, int salt) {
        CompletableFuture<ScramKeys> derived =
                keys.derive(new byte[] {(byte) salt}, Scram.ITERATIONS).toCompletableFuture();
        return derived.join();
    }
}
