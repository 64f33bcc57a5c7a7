package dev.culvert.plugin.auth.token;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Lets in whoever proves that it knows one of the tokens of a {@link TokenStore}. */
final class TokenAuthenticator implements Authenticator {

    private final TokenStore store;
    private final ChannelBindingMode binding;
    private final @Nullable Future<?> upkeep;

    /**
     * Makes an authenticator.
     *
     * @param upkeep what keeps the store up to date, ended with this authenticator
     */
    TokenAuthenticator(TokenStore store, ChannelBindingMode binding, @Nullable Future<?> upkeep) {
        this.store = store;
        this.binding = binding;
        this.upkeep = upkeep;
    }

    @Override
    public List<String> mechanisms(AuthenticationContext context) {
        return List.of(binding.mechanism(context));
    }

    @Override
    public Exchange begin(String mechanism, AuthenticationContext context) {
        if (!mechanism.equals(binding.mechanism(context))) {
            throw new CulvertException(
                    AuthError.NO_COMMON_MECHANISM,
                    "the client asks for a mechanism that was not offered (offered: " + binding.mechanism(context)
                            + ").");
        }
        return new ScramServer(store, context, mechanism.equals(Scram.MECHANISM_PLUS));
    }

    @Override
    public void replacedBy(List<Authenticator> newer) {
        store.handOver(newer.stream()
                .filter(TokenAuthenticator.class::isInstance)
                .map(other -> ((TokenAuthenticator) other).store)
                .toList());
    }

    @Override
    public void close() {
        if (upkeep != null) {
            upkeep.cancel(false);
        }
    }
}
