package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Lets in whoever has a token of one issuer, on private connections. */
final class JwtAuthenticator implements Authenticator {

    private final TokenReader reader;
    private final TokenJudge judge;
    private final Admissions admissions;
    private final @Nullable Future<?> upkeep;

    /**
     * Makes an authenticator.
     *
     * @param upkeep what looks after keys and sessions, ended with this authenticator
     */
    JwtAuthenticator(TokenReader reader, TokenJudge judge, Admissions admissions, @Nullable Future<?> upkeep) {
        this.reader = reader;
        this.judge = judge;
        this.admissions = admissions;
        this.upkeep = upkeep;
    }

    @Override
    public List<String> mechanisms(AuthenticationContext context) {
        // Whoever reads a bearer's token on the way can use it.
        return context.confidential() ? List.of(BearerMessage.MECHANISM) : List.of();
    }

    @Override
    public boolean standsAside() {
        return true;
    }

    @Override
    public Exchange begin(String mechanism, AuthenticationContext context) {
        if (!context.confidential()) {
            throw new CulvertException(
                    AuthError.TRANSPORT_NOT_PRIVATE, "a token was sent on a connection that others may read.");
        }
        if (!mechanism.equals(BearerMessage.MECHANISM)) {
            throw new CulvertException(
                    AuthError.NO_COMMON_MECHANISM,
                    "the client asks for a mechanism that was not offered (offered: " + BearerMessage.MECHANISM + ").");
        }
        return new BearerExchange(reader, judge, admissions);
    }

    @Override
    public void close() {
        if (upkeep != null) {
            upkeep.cancel(false);
        }
    }
}
