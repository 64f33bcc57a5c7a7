package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.Network;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.LocalService;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The client's half where the service is a proxy: each visitor says where it wants to go. Thread-safe. */
final class ProxyService implements LocalService {

    private final ProxyKind kind;
    private final ProxySettings settings;
    private final Network network;
    private final Lookups lookups;

    /** What a section says of it. */
    record ProxySettings(
            Destinations destinations,
            @Nullable ProxyLogin login,
            Duration handshakeTimeout,
            Duration connectTimeout,
            BridgeOptions bridge) {}

    ProxyService(ProxyKind kind, ProxySettings settings, PluginContext context, Lookup lookup) {
        this.kind = kind;
        this.settings = settings;
        this.network = context.network();
        this.lookups = new Lookups(context.blocking(), lookup);
    }

    @Override
    public void deliver(IncomingStream stream) {
        ProxyHandshake handshake = switch (kind) {
            case SOCKS5 -> new Socks5Handshake(this, stream);
            case HTTP_PROXY -> new HttpConnectHandshake(this, stream);
        };
        handshake.start();
    }

    Destinations destinations() {
        return settings.destinations();
    }

    /** What visitors have to give; null for nothing. */
    @Nullable
    ProxyLogin login() {
        return settings.login();
    }

    Duration handshakeTimeout() {
        return settings.handshakeTimeout();
    }

    Duration connectTimeout() {
        return settings.connectTimeout();
    }

    BridgeOptions bridge() {
        return settings.bridge();
    }

    Network network() {
        return network;
    }

    Lookups lookups() {
        return lookups;
    }
}
