package dev.culvert.spi.auth;

import dev.culvert.spi.PluginContext;

/**
 * An {@link AuthenticatorFactory} that can make the credentials it accepts.
 *
 * <p>{@code culvert token new} and a server that is started without any credential use it, so that the platform knows
 * no plugin by name. Called at the command line or at start; may block.
 */
public interface CredentialIssuer {

    /**
     * Makes a credential and says how both ends are configured for it. Writes nothing.
     *
     * @param request whose it is and what it permits
     */
    IssuedCredential issue(IssueRequest request);

    /**
     * Makes a credential and adds what verifies it to the store that this section's authenticator reads; a running
     * server takes it up by itself.
     *
     * @param request whose it is and what it permits
     * @param context what the platform lends; the store may be in its data directory
     * @throws dev.culvert.spi.CulvertException if the section reads no store, or the name is taken there
     */
    IssuedCredential enroll(IssueRequest request, PluginContext context);

    /**
     * Whether anybody could log in through this section as it is now. If not, a server without a file enrolls one.
     *
     * @param context what the platform lends
     */
    boolean hasCredentials(PluginContext context);
}
