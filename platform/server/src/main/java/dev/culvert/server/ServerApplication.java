package dev.culvert.server;

import dev.culvert.engine.control.Reload;
import dev.culvert.spi.event.SessionListener;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.DispatcherType;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The control plane around a {@link TunnelServer}: administration, health checks, metrics. The data plane is built and
 * listens when Dropwizard runs this application; no byte of a visitor passes through Jetty.
 */
public final class ServerApplication extends Application<ServerConfiguration> {

    private final Path defaultDataDirectory;
    private @Nullable TunnelServer server;
    private @Nullable CommandResource commands;

    /**
     * Makes an application.
     *
     * @param defaultDataDirectory where plugins keep files if the configuration does not say
     */
    public ServerApplication(Path defaultDataDirectory) {
        this.defaultDataDirectory = defaultDataDirectory;
    }

    @Override
    public String getName() {
        return "culvert";
    }

    // Whoever starts this has set up logging; Dropwizard would reset it.
    @Override
    protected void bootstrapLogging() {}

    @Override
    public void initialize(Bootstrap<ServerConfiguration> bootstrap) {
        // Everything is set up by run(): whoever starts this binds the configuration.
    }

    @Override
    public void run(ServerConfiguration configuration, Environment environment) {
        PrometheusRegistry registry = new PrometheusRegistry();
        List<SessionListener> metrics = List.of(new ServerMetrics(registry, this::server));
        TunnelServer built = new TunnelServer(configuration.toSettings(defaultDataDirectory), metrics);
        server = built;
        environment.lifecycle().manage(new Managed() {
            @Override
            public void stop() {
                built.close();
            }
        });
        JvmMetrics.builder().register(registry);
        registry.register(new DropwizardExports(SnakeCaseMetrics.of(environment.metrics())));
        PrometheusMetricsServlet prometheus = new PrometheusMetricsServlet(registry);
        environment.servlets().addServlet("prometheus", prometheus).addMapping("/metrics", "/api/v1/metrics");
        // Where a file gives it a port of its own, whoever reaches that port sees how the server is, and changes
        // nothing.
        environment.admin().addServlet("prometheus", prometheus).addMapping("/metrics");
        environment
                .admin()
                .addFilter("observed", new ObservedOnly())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment.jersey().setUrlPattern("/api/*");
        environment.jersey().register(new StatusResource(built));
        CommandResource told = new CommandResource(built);
        commands = told;
        environment.jersey().register(told);
        environment.healthChecks().register("listeners", new ListenersHealthCheck(built));
        built.start();
    }

    void reloadBy(Reload how) {
        Objects.requireNonNull(commands, "the application has not run").reloadBy(how);
    }

    void closeIfBuilt() {
        if (server != null) {
            server.close();
        }
    }

    /** The server, once this application runs. */
    public TunnelServer server() {
        return Objects.requireNonNull(server, "the application has not run");
    }
}
