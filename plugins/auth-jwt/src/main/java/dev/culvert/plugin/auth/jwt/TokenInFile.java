package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A token in a file that somebody else keeps fresh; read for every login, and looked at every second. */
final class TokenInFile implements TokenSource {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Path path;
    private final InstantSource clock;
    private final Executor blocking;

    TokenInFile(Path path, InstantSource clock, Executor blocking) {
        this.path = path;
        this.clock = clock;
        this.blocking = blocking;
    }

    @Override
    public CompletionStage<HeldToken> token() {
        return CompletableFuture.supplyAsync(this::read, blocking);
    }

    private HeldToken read() {
        try {
            byte[] bytes = SmallFile.read(path, BearerMessage.MOST_TOKEN_BYTES + 2);
            return HeldToken.of(new String(bytes, US_ASCII), clock.instant());
        } catch (IOException e) {
            throw new CulvertException(
                    AuthError.CREDENTIAL_MISSING,
                    "no token is to be read from " + path + ": " + SmallFile.why(e) + ".",
                    e);
        }
    }

    @Override
    public Duration untilNewer(HeldToken held, Instant now) {
        return LOOK;
    }
}
