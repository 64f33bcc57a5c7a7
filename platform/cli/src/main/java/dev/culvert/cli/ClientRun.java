package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.ClientEnd;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.ServersMode;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.control.Reload;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a client until it is asked to stop or cannot go on. */
final class ClientRun {

    private static final Logger log = LoggerFactory.getLogger("culvert.client");

    private final Configurations configurations = new Configurations();
    private final @Nullable Path file;
    private final Flags flags;
    private final Path dataDirectory;

    /**
     * Makes a run.
     *
     * @param file its configuration; null for flags alone
     * @param flags what the command line says
     * @param dataDirectory where plugins keep files
     */
    ClientRun(@Nullable Path file, Flags flags, Path dataDirectory) {
        this.file = file;
        this.flags = flags;
        this.dataDirectory = dataDirectory;
    }

    ExitCode run(PrintWriter out, PrintWriter err) throws InterruptedException {
        Loaded<ClientConfiguration> loaded = configurations.client(file, flags);
        loaded.warnings().forEach(log::warn);
        ClientConfiguration configuration = loaded.value();
        if (!configuration.enabled()) {
            out.println("enabled = false: checked, not started");
            return ExitCode.STOPPED;
        }
        boolean several = configuration.server().size() > 1;
        boolean all = several && configuration.serversMode() == ServersMode.ALL;
        ClientConsole console = new ClientConsole(out, all);
        List<ClientObserver> observers = new ArrayList<>();
        observers.add(console);
        try (MetricsEndpoint metrics = MetricsEndpoint.of(configuration.metrics());
                TunnelClient client =
                        new TunnelClient(configuration.settings(dataDirectory), metrics.observing(observers));
                Reloader<ClientConfiguration> reloader = reloader(loaded, client)) {
            console.of(client);
            if (several) {
                out.println("servers: " + client.status().server() + (all ? "  (all)" : "  (failover, in this order)"));
            }
            metrics.serve(client, file == null ? Reload.IMPOSSIBLE : reloader, out);
            GracefulStop stop =
                    new GracefulStop(client.drainTimeout(), file == null ? null : () -> reloader.reloadFor("SIGHUP"));
            client.ended().thenRun(stop::now);
            client.start();
            if (file != null && configuration.reloadOnChange()) {
                reloader.watch(file);
            }
            stop.await();
            ClientEnd end = client.ended().toCompletableFuture().getNow(new ClientEnd(ClientEnd.Kind.STOPPED, null));
            stop.finish(client::stop);
            if (end.cause() != null) {
                Failures.print(end.cause(), err);
            }
            return ExitCode.of(end);
        }
    }

    private Reloader<ClientConfiguration> reloader(Loaded<ClientConfiguration> loaded, TunnelClient client) {
        return new Reloader<>(
                () -> configurations.client(file, flags),
                loaded,
                ClientReload.FIXED,
                configurations.plugins(),
                new ClientReload(client, dataDirectory));
    }
}
