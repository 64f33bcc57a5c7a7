package dev.culvert.client;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.wire.TransportAlternative;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.LinkProvider;
import dev.culvert.spi.mux.Multiplexer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Logs in by the ways that the file lists, one after another until one leads to a login. Thread-safe.
 *
 * <p>Only what a network can do to a connection makes it try the next: an end that answers but cannot prove who it is, or
 * that refuses the client, ends the attempt. Whoever can block a way can thus make the client take another one of the
 * file, and nothing else.
 */
final class Wire {

    private final EngineContext context;
    private final Dialect dialect;
    private final Ways ways;
    private final Duration patience;

    /**
     * Builds the ways.
     *
     * @param servers one, or several that stand in for each other
     */
    Wire(List<HostPort> servers, ClientSettings settings, EngineContext context) {
        this.context = context;
        dialect = Plugins.withLoaderOf(
                settings.dialect(), () -> settings.dialect().build(context));
        List<Way> listed = listed(servers, settings, context, dialect);
        ways = new Ways(listed, settings.rememberTransport());
        patience = listed.size() == 1 || settings.loginTimeout().compareTo(settings.transportTimeout()) < 0
                ? settings.loginTimeout()
                : settings.transportTimeout();
    }

    /** All ways, in the order of the file. */
    List<Way> ways() {
        return ways.listed();
    }

    /** The ways by which passers-by can read, in the order of the file. */
    List<Way> readable() {
        return ways.listed().stream().filter(way -> !way.isConfidential()).toList();
    }

    /** Frees what its ways hold; sessions go on. */
    void close() {
        ways.listed().forEach(Way::close);
    }

    boolean negotiatesTunnels() {
        return dialect.negotiatesTunnels();
    }

    /** Which way is in use, and what became of the others. */
    TransportStatus status() {
        return ways.status();
    }

    /** Connects and logs in; fails with a {@link CulvertException}. */
    CompletionStage<Login> login(ClientHost host) {
        return tryNext(ways.order(), 0, host);
    }

    private CompletionStage<Login> tryNext(List<Way> order, int index, ClientHost host) {
        Way way = order.get(index);
        return attempt(way, host)
                .handle((server, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(new Login(server, way, ways.succeeded(way)));
                    }
                    CulvertException cause = Failures.of(failure);
                    ways.failed(way, cause);
                    if (Failures.forbidsAnotherWay(cause)) {
                        return CompletableFuture.<Login>failedStage(cause);
                    }
                    return index + 1 < order.size()
                            ? tryNext(order, index + 1, host)
                            : CompletableFuture.<Login>failedStage(order.size() == 1 ? cause : allFailed());
                })
                .thenCompose(next -> next);
    }

    private CompletionStage<RemoteServer> attempt(Way way, ClientHost host) {
        CompletableFuture<RemoteServer> done = new CompletableFuture<>();
        var deadline = context.scheduler()
                .schedule(
                        () -> done.completeExceptionally(new CulvertException(
                                WireError.UNREACHABLE,
                                "no login at " + way.server() + " within " + text(patience) + ".")),
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
        done.whenComplete((server, failure) -> deadline.cancel(false));
        EventLoop loop = context.network().eventLoops().next();
        loop.execute(() -> way.connect(loop, host, done));
        return done;
    }

    private CulvertException allFailed() {
        return new CulvertException(WireError.NO_WAY, "no transport leads to a login: " + status().rejections());
    }

    private static List<Way> listed(
            List<HostPort> servers, ClientSettings settings, EngineContext context, Dialect dialect) {
        var link = settings.link();
        if (link != null) {
            String name = TransportAlternative.typeOf(link);
            return servers.stream()
                    .<Way>map(server -> {
                        LinkProvider provider = Plugins.withLoaderOf(link, () -> link.build(context));
                        return new LinkWay(name, server, provider, (StreamDialect) dialect);
                    })
                    .toList();
        }
        Multiplexer multiplexer = Plugins.withLoaderOf(
                settings.multiplexer(), () -> settings.multiplexer().build(context));
        List<Way> listed = new ArrayList<>();
        for (HostPort server : servers) {
            for (TransportAlternative alternative : settings.transport()) {
                HostPort own = alternative.server();
                if (own != null && !server.equals(servers.get(0))) {
                    continue; // it leads to the same place whichever server is meant
                }
                HostPort target = own == null ? server : own;
                listed.add(new TransportWay(
                        alternative.types(),
                        target,
                        server,
                        alternative.build(context),
                        multiplexer,
                        dialect,
                        context.network()));
            }
        }
        return listed;
    }

    private static String text(Duration patience) {
        return patience.toMillis() % 1000 == 0 ? patience.toSeconds() + " s" : patience.toMillis() + " ms";
    }

    /**
     * A login that went through.
     *
     * @param server the server
     * @param way how it was reached
     * @param status which way that is, and why
     */
    record Login(RemoteServer server, Way way, TransportStatus status) {}
}
