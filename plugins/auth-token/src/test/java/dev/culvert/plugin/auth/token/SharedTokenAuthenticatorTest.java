package dev.culvert.plugin.auth.token;

import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.testkit.AuthenticatorTck;
import dev.culvert.testkit.TestPluginContext;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What every authenticator promises, with one token that all clients share. */
final class SharedTokenAuthenticatorTest extends AuthenticatorTck {

    private static final Secret TOKEN = Secret.of("correct horse bättery staple");

    private final TestPluginContext context;

    SharedTokenAuthenticatorTest(@TempDir Path directory) {
        this.context = new TestPluginContext(Role.SERVER, directory);
    }

    @AfterEach
    void closeContext() {
        context.close();
    }

    @Override
    protected Authenticator authenticator() {
        return new TokenAuthenticatorFactory(TOKEN, null, null, null).build(context);
    }

    @Override
    protected Credential goodCredential() {
        return new TokenCredentialFactory(TOKEN, null, null).build(context);
    }

    @Override
    protected Credential badCredential() {
        return new TokenCredentialFactory(Secret.of("correct horse bättery stable"), null, null).build(context);
    }

    @Override
    protected Credential unknownCredential() {
        return new TokenCredentialFactory(TOKEN, "nobody,=", null).build(context);
    }

    @Override
    protected List<String> secrets() {
        return List.of(TOKEN.reveal());
    }
}
