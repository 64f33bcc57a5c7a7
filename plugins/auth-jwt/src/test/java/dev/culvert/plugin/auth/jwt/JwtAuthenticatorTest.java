package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.testkit.AuthenticatorTck;
import dev.culvert.testkit.TestPluginContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What every authenticator promises, by keys of a file. */
final class JwtAuthenticatorTest extends AuthenticatorTck {

    private static final Issuer ISSUER = new Issuer("one");
    private static final Issuer SAME_NAME = new Issuer("one");
    private static final Issuer UNKNOWN = new Issuer("two");

    private final MovableClock clock = new MovableClock();
    private final String good = ISSUER.token(clock.instant());
    private final String bad = SAME_NAME.token(clock.instant());
    private final String unknown = UNKNOWN.token(clock.instant());

    @TempDir
    private Path directory;

    private TestPluginContext context;

    @Override
    protected Authenticator authenticator() {
        context = new TestPluginContext(Role.SERVER, directory);
        try {
            Path keys = Files.writeString(directory.resolve("keys.json"), ISSUER.keys());
            return Section.withFile(keys.toString()).build(context, clock, new Http(Duration.ofSeconds(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void endThreads() {
        context.close();
    }

    @Override
    protected Credential goodCredential() {
        return credential(good);
    }

    @Override
    protected Credential badCredential() {
        return credential(bad);
    }

    @Override
    protected Credential unknownCredential() {
        return credential(unknown);
    }

    private Credential credential(String token) {
        return new JwtCredential(new FixedToken(Secret.of(token), clock), clock, context.scheduler());
    }

    @Override
    protected List<String> secrets() {
        return List.of(good, bad, unknown);
    }

    @Override
    protected Optional<Runnable> revocation() {
        return Optional.of(() -> clock.move(Duration.ofMinutes(11)));
    }

    @Override
    protected boolean keepsTheSecretAtHome() {
        return false;
    }

    @Override
    protected boolean bindsToTheChannel() {
        return false;
    }
}
