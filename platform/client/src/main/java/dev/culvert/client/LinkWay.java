package dev.culvert.client;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.link.LinkProvider;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;

/**
 * A way through a wire that brings its own streams.
 *
 * @param name as people see it
 * @param server which server it leads to
 * @param provider makes the link
 * @param dialect what is spoken on it
 */
record LinkWay(String name, HostPort server, LinkProvider provider, StreamDialect dialect) implements Way {

    @Override
    public HostPort target() {
        return server;
    }

    @Override
    public HostPort home() {
        return server;
    }

    @Override
    public boolean isConfidential() {
        return provider.isConfidential();
    }

    @Override
    public void close() {
        provider.close();
    }

    @Override
    public void connect(EventLoop loop, ClientHost host, CompletableFuture<RemoteServer> done) {
        provider.connect(server).addListener((Future<Link> connected) -> {
            if (!connected.isSuccess()) {
                done.completeExceptionally(Failures.unreachable(server, connected.cause()));
                return;
            }
            Link link = connected.getNow();
            done.whenComplete((remote, failure) -> {
                if (failure != null) {
                    link.close(null);
                }
            });
            Logins.settle(done, dialect.connect(link, host), () -> link.close(null));
        });
    }
}
