package dev.culvert.spi.auth;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes credentials, the client's half of authentication: an {@code [[auth]]} section of a client's file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface CredentialFactory extends ExtensionPoint {

    /**
     * Called once per section, at start. May read files; must not open a connection.
     *
     * @param context what the platform lends
     */
    Credential build(PluginContext context);
}
