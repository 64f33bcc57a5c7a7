package dev.culvert.plugin.auth.token;

import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.Conversation;
import java.net.InetSocketAddress;
import java.util.Map;

/** A client that logs in over a connection without channel binding. */
final class Login {

    static final AuthenticationContext CONNECTION =
            new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, Map.of(), false);

    private Login() {}

    static Verdict.Accepted with(Secret token, Authenticator authenticator, PluginContext client) {
        return new Conversation(authenticator, new TokenCredentialFactory(token, null, null).build(client), CONNECTION)
                .login();
    }
}
