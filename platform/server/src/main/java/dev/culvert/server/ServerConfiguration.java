package dev.culvert.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.event.SessionListenerFactory;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.registry.RegistryFactory;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.logging.common.ConsoleAppenderFactory;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server's file. Dropwizard's own sections ({@code server}, {@code logging}, {@code metrics}, {@code admin}) stand
 * beside Culvert's; its one connector is on loopback unless the file says otherwise.
 */
public final class ServerConfiguration extends Configuration {

    /** Where administration listens by default. */
    public static final int ADMIN_PORT = 4440;

    @JsonProperty
    private PluginsSection plugins = new PluginsSection(null, null);

    @JsonProperty
    @NotEmpty
    @Valid
    private List<ListenSettings> listen = List.of();

    @JsonProperty
    @Valid
    private List<AuthenticatorFactory> auth = List.of();

    @JsonProperty
    @Valid
    private List<ProtocolFactory> protocol = List.of();

    @JsonProperty
    @Valid
    private List<TunnelSection> tunnel = List.of();

    @JsonProperty
    @Valid
    private List<SessionListenerFactory> telemetry = List.of();

    @JsonProperty
    @Valid
    private @Nullable RegistryFactory registry;

    @JsonProperty
    private @Nullable Path dataDirectory;

    @JsonProperty
    @NotNull
    @Pattern(regexp = "auto|io_uring|epoll|nio", message = "auto, io_uring, epoll or nio")
    private String network = "auto";

    @JsonProperty
    @Min(0)
    @Max(1024)
    private int threads;

    @JsonProperty
    @NotNull
    private Duration drainTimeout = Duration.ofSeconds(30);

    @JsonProperty
    @NotNull
    private Duration drainDelay = Duration.ZERO;

    @JsonProperty
    @NotNull
    private Duration reserveFor = Duration.ofHours(24);

    @JsonProperty
    @Min(1)
    private int maxUnauthenticated = 1000;

    @JsonProperty
    @Min(1)
    private int maxUnauthenticatedPerSource = 64;

    @JsonProperty
    @Min(0)
    private int maxConnections;

    @JsonProperty
    @Min(0)
    private int banAfter = 10;

    @JsonProperty
    @NotNull
    private Duration banFor = Duration.ofMinutes(10);

    @JsonProperty
    @NotNull
    private List<SourceNetwork> banExempt = List.of(SourceNetwork.parse("127.0.0.0/8"), SourceNetwork.parse("::1"));

    private Plugins loaded = Plugins.NONE;

    @JsonProperty
    private boolean reloadOnChange = true;

    @JsonProperty
    @NotNull
    private Duration summaryInterval = Duration.ZERO;

    /** A configuration with defaults only. */
    public ServerConfiguration() {
        HttpConnectorFactory connector = new HttpConnectorFactory();
        connector.setBindHost("127.0.0.1");
        connector.setPort(ADMIN_PORT);
        SimpleServerFactory administration = new SimpleServerFactory();
        administration.setConnector(connector);
        administration.setApplicationContextPath("/");
        administration.setAdminContextPath("/admin");
        setServerFactory(administration);
    }

    // Dropwizard's default writes every request of administration to standard output.
    @Override
    public void setServerFactory(ServerFactory factory) {
        if (factory instanceof AbstractServerFactory administration
                && administration.getRequestLogFactory() instanceof LogbackAccessRequestLogFactory log
                && log.getAppenders().size() == 1
                && log.getAppenders().get(0) instanceof ConsoleAppenderFactory) {
            administration.setRequestLogFactory(new NoRequestLog());
        }
        super.setServerFactory(factory);
    }

    /** What was loaded while this was read. */
    void loadedWith(Plugins all) {
        loaded = all;
    }

    /** Which jars are loaded. */
    public PluginsSection plugins() {
        return plugins;
    }

    /** Where clients connect. */
    public List<ListenSettings> listen() {
        return listen;
    }

    /** Who decides about clients. */
    public List<AuthenticatorFactory> auth() {
        return auth;
    }

    /** Whether a changed file is taken over without being told. */
    public boolean reloadOnChange() {
        return reloadOnChange;
    }

    // Not "settings": Jackson takes that for a setter of "tings".
    /**
     * The part that makes the server.
     *
     * @param defaultDataDirectory where plugins keep files if the file does not say
     */
    public ServerSettings toSettings(Path defaultDataDirectory) {
        return new ServerSettings(
                listen,
                auth,
                protocol,
                tunnel,
                telemetry,
                registry,
                dataDirectory == null ? defaultDataDirectory : dataDirectory,
                network,
                threads,
                drainTimeout,
                drainDelay,
                reserveFor,
                new StrangerLimits(maxUnauthenticated, maxUnauthenticatedPerSource, banAfter, banFor, banExempt),
                maxConnections,
                summaryInterval,
                loaded);
    }
}
