package dev.culvert.spi.auth;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes authenticators, the server's half: a {@code [[auth]]} section of a server's file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface AuthenticatorFactory extends ExtensionPoint {

    /**
     * Called once per section, at start. May read files; must not open a connection.
     *
     * @param context what the platform lends
     */
    Authenticator build(PluginContext context);

    /**
     * Whether one section has to know all credentials of this type, since a login does not say which of several it is for.
     * A file with two is then refused before anything is built; what sections of different types have in common is found
     * out at start, from {@link Authenticator#standsAside}.
     */
    default boolean knowsAllCredentials() {
        return false;
    }
}
