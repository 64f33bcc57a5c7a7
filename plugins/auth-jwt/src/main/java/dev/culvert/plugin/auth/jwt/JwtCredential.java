package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Credential;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** Shows a token to servers, on private connections. */
final class JwtCredential implements Credential {

    private final TokenSource source;
    private final InstantSource clock;
    private final ScheduledExecutorService scheduler;

    JwtCredential(TokenSource source, InstantSource clock, ScheduledExecutorService scheduler) {
        this.source = source;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    @Override
    public Optional<String> choose(List<String> offered, AuthenticationContext context) {
        if (!offered.contains(BearerMessage.MECHANISM)) {
            return Optional.empty();
        }
        if (!context.confidential()) {
            throw new CulvertException(
                    AuthError.TRANSPORT_NOT_PRIVATE,
                    "the server asks for a token, which is not sent on a connection that others may read.");
        }
        return Optional.of(BearerMessage.MECHANISM);
    }

    @Override
    public Proof begin(String mechanism, AuthenticationContext context) {
        return new BearerProof(source, clock, scheduler);
    }
}
