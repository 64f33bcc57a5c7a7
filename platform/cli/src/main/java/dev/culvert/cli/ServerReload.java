package dev.culvert.cli;

import dev.culvert.engine.config.ReloadPlan;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.TunnelServer;
import java.nio.file.Path;
import java.util.List;

/** A running server that takes a newer configuration over. */
final class ServerReload implements Reloader.End<ServerConfiguration> {

    /** What Dropwizard and the command read, at the start only. */
    static final List<String> FIXED = List.of("server", "logging", "metrics", "admin", "plugins", "reload_on_change");

    private final TunnelServer server;
    private final Path dataDirectory;

    ServerReload(TunnelServer server, Path dataDirectory) {
        this.server = server;
        this.dataDirectory = dataDirectory;
    }

    @Override
    public void check(ServerConfiguration newer) {
        TunnelServer.check(newer.toSettings(dataDirectory), warning -> {});
    }

    @Override
    public ReloadPlan plan(ServerConfiguration newer) {
        return server.plan(newer.toSettings(dataDirectory));
    }

    @Override
    public ReloadPlan take(ServerConfiguration newer) {
        return server.reload(newer.toSettings(dataDirectory));
    }
}
