package dev.culvert.plugin.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.testkit.Conversation;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of sessions when their token expires, changes or goes, by a clock that the test moves. */
final class TokenStoreTest {

    private static final Instant END = Instant.parse("2027-01-31T12:00:00Z");

    private static final Secret TOKEN = Token.random("laptop").secret();

    private static final Verifier VERIFIER = Verifier.of(TOKEN.reveal(), new byte[] {1, 2, 3});

    private Instant now = END.minusSeconds(1);
    private final TokenStore store = new TokenStore(new Decoys(new byte[32]), () -> now);
    private final Authenticator authenticator = new TokenAuthenticator(store, ChannelBindingMode.AUTO, null);

    @BeforeEach
    void oneTokenThatExpires() {
        replace(grant("alice", VERIFIER, END));
    }

    @Test
    void aTokenIsGoodUpToItsEnd() {
        CompletableFuture<CulvertException> session = login(TOKEN);

        store.endRefused();
        assertThat(session).isNotDone();

        now = END;
        store.endRefused();
        assertEnded(session, AuthError.CREDENTIAL_EXPIRED);
    }

    @Test
    void onlyWhoKnowsAnExpiredTokenIsToldThatItExpired() {
        now = END;

        assertRefused(TOKEN, AuthError.CREDENTIAL_EXPIRED);
        assertRefused(Token.random("laptop").secret(), AuthError.CREDENTIAL_REJECTED);
    }

    @Test
    void aLaterEndKeepsTheSession() {
        CompletableFuture<CulvertException> session = login(TOKEN);

        replace(grant("alice", VERIFIER, END.plusSeconds(10)));
        now = END;
        store.endRefused();

        assertThat(session).isNotDone();
    }

    @Test
    void anotherVerifierOrPrincipalEndsTheSession() {
        CompletableFuture<CulvertException> first = login(TOKEN);
        replace(grant("bob", VERIFIER, END));
        assertEnded(first, AuthError.CREDENTIAL_REVOKED);

        CompletableFuture<CulvertException> second = login(TOKEN);
        replace(grant("bob", Verifier.of("other", new byte[] {1}), END));
        assertEnded(second, AuthError.CREDENTIAL_REVOKED);
    }

    @Test
    void aTokenThatGoesDuringTheLoginIsRefusedAsIfUnknown() {
        TokenGrant grant = store.find("laptop").grant();
        store.replace(Map.of());

        assertThatThrownBy(() -> store.admit(grant))
                .hasMessage(ScramServer.rejected().getMessage());
        assertThat(store.sessions()).isZero();
    }

    @Test
    void nothingIsKeptOfASessionThatHasEnded() {
        CompletableFuture<CulvertException> ended = login(TOKEN);
        CompletableFuture<CulvertException> revoked = login(TOKEN);
        assertThat(store.sessions()).isEqualTo(2);

        ended.cancel(false);
        assertThat(store.sessions()).isEqualTo(1);

        store.replace(Map.of());
        assertThat(revoked).isDone();
        assertThat(store.sessions()).isZero();
    }

    @Test
    void anUnknownNameGetsTheSameSaltEachTimeAndAnotherUnderAnotherKey() {
        byte[] salt = store.find("nobody").verifier().salt();

        assertThat(store.find("nobody").verifier().salt()).isEqualTo(salt).hasSize(Scram.SALT_BYTES);
        assertThat(store.find("nobody2").verifier().salt()).isNotEqualTo(salt);
        assertThat(new Decoys(new byte[] {1}).salt("nobody")).isNotEqualTo(salt);
    }

    private CompletableFuture<CulvertException> login(Secret token) {
        Credential credential =
                new TokenCredential("laptop", new SaltedKeys(token.reveal(), Runnable::run), ChannelBindingMode.AUTO);
        return new Conversation(authenticator, credential, Login.CONNECTION)
                .login()
                .revoked()
                .toCompletableFuture();
    }

    private void assertRefused(Secret token, AuthError code) {
        assertThatThrownBy(() -> login(token))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void assertEnded(CompletableFuture<CulvertException> session, AuthError code) {
        assertThat(session).isCompletedWithValueMatching(reason -> reason.code() == code);
    }

    private void replace(TokenGrant grant) {
        store.replace(Map.of(grant.name(), grant));
    }

    private static TokenGrant grant(String principal, Verifier verifier, @Nullable Instant expires) {
        return new TokenGrant("laptop", Principal.of(principal), verifier, expires);
    }
}
