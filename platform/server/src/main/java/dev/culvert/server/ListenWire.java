package dev.culvert.server;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.wire.TransportLayers;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.link.LinkProvider;
import org.jspecify.annotations.Nullable;

/**
 * What decides whether a listener is safe: how its connections are made private and what is spoken on them.
 *
 * @param settings the section
 * @param dialect what is spoken
 * @param link a wire that brings its own streams, or null
 * @param transport how connections are made private, or null beside a link
 */
record ListenWire(
        ListenSettings settings,
        Dialect dialect,
        @Nullable LinkProvider link,
        @Nullable TransportLayers transport) {

    static ListenWire of(ListenSettings settings, EngineContext context) {
        var link = settings.link();
        return new ListenWire(
                settings,
                Plugins.withLoaderOf(
                        settings.dialect(), () -> settings.dialect().build(context)),
                link == null ? null : Plugins.withLoaderOf(link, () -> link.build(context)),
                settings.transport().isEmpty()
                        ? null
                        : settings.transport().get(0).build(context));
    }

    boolean isConfidential() {
        return link != null ? link.isConfidential() : transport != null && transport.isConfidential();
    }

    // No source of identity, and strangers can reach it: that is never what somebody meant without saying so.
    void requireSafe(boolean authenticated, boolean readableWouldDo, EngineContext context) {
        if (!dialect.authenticates()) {
            if (!isLoopback() && !settings.insecurePublic()) {
                throw new CulvertException(
                        ConfigError.UNSAFE_BIND,
                        "listen \"" + settings.name() + "\": " + settings.bind()
                                + " is open to everybody, and this dialect authenticates nobody.");
            }
            return;
        }
        if (!authenticated && !establishesIdentity()) {
            throw new CulvertException(
                    ConfigError.NO_IDENTITY,
                    "listen \"" + settings.name() + "\": nothing establishes who a client is.");
        }
        if (authenticated && !isConfidential() && !readableWouldDo) {
            throw new CulvertException(
                    AuthError.TRANSPORT_NOT_PRIVATE,
                    "listen \"" + settings.name() + "\": its transport is not private, and no [[auth]] section lets"
                            + " anybody in over such a connection.");
        }
        if (settings.share() != null) {
            if (transport == null || transport.sharedPath().isEmpty()) {
                throw new CulvertException(
                        ConfigError.CONFLICTING_KEYS,
                        "listen \"" + settings.name() + "\": share: its connections do not begin with a request for a"
                                + " WebSocket (expected: transport = \"websocket\").");
            }
            return; // whether it is encrypted is said of the port that it shares
        }
        if (!isConfidential() && !isLoopback()) {
            context.warn("listen \"" + settings.name() + "\": " + settings.bind()
                    + " is not encrypted: whoever is on the way can read and change what passes.");
        }
    }

    private boolean establishesIdentity() {
        return link != null ? link.establishesIdentity() : transport != null && transport.establishesIdentity();
    }

    private boolean isLoopback() {
        if (settings.share() != null) {
            return false; // the port is for visitors
        }
        String host = settings.bind().host();
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }
}
