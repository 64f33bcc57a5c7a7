package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ReloadPlan;
import java.nio.file.Path;
import java.util.List;

/** A running client that takes a newer configuration over. */
final class ClientReload implements Reloader.End<ClientConfiguration> {

    /** What the command reads, at the start only. */
    static final List<String> FIXED = List.of("enabled", "plugins", "metrics", "reload_on_change");

    private final TunnelClient client;
    private final Path dataDirectory;

    ClientReload(TunnelClient client, Path dataDirectory) {
        this.client = client;
        this.dataDirectory = dataDirectory;
    }

    @Override
    public void check(ClientConfiguration newer) {
        TunnelClient.check(newer.settings(dataDirectory), warning -> {});
    }

    @Override
    public ReloadPlan plan(ClientConfiguration newer) {
        return client.plan(newer.settings(dataDirectory));
    }

    @Override
    public ReloadPlan take(ClientConfiguration newer) {
        return client.reload(newer.settings(dataDirectory));
    }
}
