package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which sections can stand beside each other. */
final class SharedMechanismsTest {

    private static final Authenticator TOKENS = new Offer("SCRAM-SHA-256", false, true);
    private static final Authenticator MORE_TOKENS = new Offer("SCRAM-SHA-256", false, true);
    private static final Authenticator ISSUER = new Offer("OAUTHBEARER", true, false);
    private static final Authenticator ANOTHER_ISSUER = new Offer("OAUTHBEARER", true, false);
    private static final Authenticator OPAQUE = new Offer("OAUTHBEARER", false, false);

    @Test
    void twoThatCannotTellTheirCredentialsApartAreRefused() {
        assertThatThrownBy(() -> SharedMechanisms.requireDistinct(List.of(TOKENS, ISSUER, MORE_TOKENS)))
                .isInstanceOfSatisfying(CulvertException.class, e -> {
                    assertThat(e.code()).isEqualTo(ConfigError.CONFLICTING_KEYS);
                    assertThat(e.detail()).contains("SCRAM-SHA-256");
                });
    }

    @Test
    void issuersStandBesideEachOtherAndBesideOneThatKnowsNoIssuer() {
        assertThatCode(() -> SharedMechanisms.requireDistinct(List.of(TOKENS, ISSUER, OPAQUE, ANOTHER_ISSUER)))
                .doesNotThrowAnyException();
    }

    @Test
    void aReadableConnectionLeadsSomewhereIfAnyOfferSaysSo() {
        assertThat(SharedMechanisms.anyWithoutPrivacy(List.of(ISSUER))).isFalse();
        assertThat(SharedMechanisms.anyWithoutPrivacy(List.of(ISSUER, TOKENS))).isTrue();
    }

    /** What one section offers. */
    private record Offer(String mechanism, boolean standsAside, boolean everywhere) implements Authenticator {

        @Override
        public List<String> mechanisms(AuthenticationContext context) {
            return everywhere || context.confidential() ? List.of(mechanism) : List.of();
        }

        @Override
        public Exchange begin(String chosen, AuthenticationContext context) {
            throw new AssertionError("nobody logs in here");
        }
    }
}
