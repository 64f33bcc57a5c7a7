package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.Role;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TestPluginContext;
import dev.culvert.testkit.TransportTck;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server with an identity of its own making, and a client that pins it. */
abstract class PinnedTck extends TransportTck {

    private final TlsProvider provider;

    @TempDir
    private Path directory;

    private TestPluginContext serverContext;
    private TestPluginContext clientContext;
    private Transport server;
    private Transport client;
    private Transport stranger;

    PinnedTck(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeEach
    final void build() {
        serverContext = new TestPluginContext(Role.SERVER, directory);
        clientContext = new TestPluginContext(Role.CLIENT, directory);
        server = new Settings(provider).build(serverContext);
        client = new Settings(provider).pin(server.pins().get(0)).build(clientContext);
        stranger = new Settings(provider)
                .pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                .build(clientContext);
    }

    @AfterEach
    final void closeTransports() {
        server.close();
        client.close();
        stranger.close();
        serverContext.close();
        clientContext.close();
    }

    @Override
    protected Transport client() {
        return client;
    }

    @Override
    protected Transport server() {
        return server;
    }

    @Override
    protected Optional<Transport> stranger() {
        return Optional.of(stranger);
    }

    @Override
    protected boolean bindsChannels() {
        return true;
    }

    @Override
    protected boolean keepsHalfClose() {
        return provider == TlsProvider.JDK;
    }
}
