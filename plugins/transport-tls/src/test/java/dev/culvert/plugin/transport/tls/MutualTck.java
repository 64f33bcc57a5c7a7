package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.Role;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TestPluginContext;
import dev.culvert.testkit.TransportTck;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Both ends have certificates of one authority; the stranger has one of another. */
abstract class MutualTck extends TransportTck {

    private final TlsProvider provider;

    @TempDir
    private Path directory;

    private TestPluginContext serverContext;
    private TestPluginContext clientContext;
    private Transport server;
    private Transport client;
    private Transport stranger;

    MutualTck(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeEach
    final void build() throws Exception {
        serverContext = new TestPluginContext(Role.SERVER, directory);
        clientContext = new TestPluginContext(Role.CLIENT, directory);
        X509Bundle authority = Certificates.authority("authority");
        Path ca = Certificates.certificate(directory, "ca", authority);
        server = new Settings(provider)
                .identity(file("server", Certificates.server(authority, "localhost")), key("server"))
                .clientCa(ca)
                .build(serverContext);
        client = new Settings(provider)
                .identity(file("alice", Certificates.client(authority, "alice")), key("alice"))
                .ca(ca)
                .build(clientContext);
        X509Bundle other = Certificates.authority("other");
        stranger = new Settings(provider)
                .identity(file("mallory", Certificates.client(other, "mallory")), key("mallory"))
                .ca(ca)
                .build(clientContext);
    }

    private Path file(String name, X509Bundle bundle) throws Exception {
        Certificates.key(directory, name, bundle);
        return Certificates.certificate(directory, name, bundle);
    }

    private Path key(String name) {
        return directory.resolve(name + ".key");
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
