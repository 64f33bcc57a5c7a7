package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.ServerHost;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.Link;
import java.util.concurrent.CompletionStage;

/** Both halves of the native session protocol. */
final class CulvertDialect implements StreamDialect {

    private final VersionRange versions;

    CulvertDialect(VersionRange versions) {
        this.versions = versions;
    }

    @Override
    public boolean authenticates() {
        return true;
    }

    @Override
    public boolean negotiatesTunnels() {
        return true;
    }

    @Override
    public void serve(Link link, ServerHost host) {
        new ServerLogin(link, host, versions).start();
    }

    @Override
    public CompletionStage<RemoteServer> connect(Link link, ClientHost host) {
        return new ClientLogin(link, host, versions).start();
    }
}
