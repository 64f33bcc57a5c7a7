package dev.culvert.cli;

import dev.culvert.server.ServerConfiguration;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.auth.CredentialIssuer;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.IssuedCredential;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The credential that a server without a file makes at its first start.
 *
 * @param credential what was made; its secret is shown once and kept nowhere
 */
record FirstToken(IssuedCredential credential) {

    /** Makes one if nobody could log in otherwise; null if somebody can. */
    static @Nullable FirstToken ifNeeded(ServerConfiguration configuration, Path dataDirectory) {
        for (AuthenticatorFactory factory : configuration.auth()) {
            if (factory instanceof CredentialIssuer issuer) {
                OfflineContext context = new OfflineContext(Role.SERVER, dataDirectory);
                return issuer.hasCredentials(context)
                        ? null
                        : new FirstToken(issuer.enroll(IssueRequest.named("default"), context));
            }
        }
        return null;
    }
}
