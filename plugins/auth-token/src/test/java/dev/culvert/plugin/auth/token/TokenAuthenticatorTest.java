package dev.culvert.plugin.auth.token;

import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.testkit.AuthenticatorTck;
import dev.culvert.testkit.TestPluginContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What every authenticator promises, with a token from the file in the data directory. */
final class TokenAuthenticatorTest extends AuthenticatorTck {

    private final TokenAuthenticatorFactory factory = new TokenAuthenticatorFactory(null, null, null, null);
    private final Path directory;
    private final TestPluginContext context;
    private final Secret token;

    TokenAuthenticatorTest(@TempDir Path directory) {
        this.directory = directory;
        this.context = new TestPluginContext(Role.SERVER, directory);
        this.token = factory.enroll(IssueRequest.named("laptop"), context).secret();
    }

    @AfterEach
    void closeContext() {
        context.close();
    }

    @Override
    protected Authenticator authenticator() {
        return factory.build(context);
    }

    @Override
    protected Credential goodCredential() {
        return credential(token);
    }

    @Override
    protected Credential badCredential() {
        return credential(Token.random("laptop").secret());
    }

    @Override
    protected Credential unknownCredential() {
        return credential(Token.random("nobody").secret());
    }

    @Override
    protected List<String> secrets() {
        String text = token.reveal();
        return List.of(text, text.substring(text.length() - 43));
    }

    @Override
    protected Optional<Runnable> revocation() {
        return Optional.of(() -> {
            try {
                Files.writeString(directory.resolve("tokens"), "# nobody\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Credential credential(Secret secret) {
        return new TokenCredentialFactory(secret, null, null).build(context);
    }
}
