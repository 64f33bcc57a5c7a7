package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.engine.config.Loaded;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running process is meant. */
final class AtOption {

    private static final String DEFAULT = "127.0.0.1:" + ServerConfiguration.ADMIN_PORT;

    @Option(
            names = "--at",
            paramLabel = "HOST:PORT",
            description = "its administration; default: the file's, or " + DEFAULT)
    private @Nullable String address;

    String address() {
        return address == null ? DEFAULT : address;
    }

    /** Where the process of a file is, unless the command line says. */
    String address(@Nullable Path file) {
        return address != null || file == null ? address() : addressOf(file);
    }

    private static String addressOf(Path file) {
        Loaded<?> loaded = new Configurations().any(file);
        if (loaded.value() instanceof ClientConfiguration client) {
            HostPort metrics = client.metrics();
            if (metrics == null || metrics.port() == 0) {
                throw new CulvertException(
                        ConfigError.USAGE,
                        file + " has no metrics = \"127.0.0.1:PORT\", and a client hears commands there (send it SIGHUP"
                                + " to have it read its file again).");
            }
            return metrics.orHost("127.0.0.1").toString();
        }
        if (loaded.value() instanceof ServerConfiguration server) {
            if (connector(server.getServerFactory()) instanceof HttpConnectorFactory connector
                    && connector.getPort() != 0) {
                String host = connector.getBindHost();
                return new HostPort(host == null ? "127.0.0.1" : host, connector.getPort()).toString();
            }
        }
        throw new CulvertException(ConfigError.USAGE, file + " does not say where administration is; give --at.");
    }

    private static @Nullable ConnectorFactory connector(ServerFactory administration) {
        if (administration instanceof SimpleServerFactory simple) {
            return simple.getConnector();
        }
        return administration instanceof DefaultServerFactory several
                        && !several.getApplicationConnectors().isEmpty()
                ? several.getApplicationConnectors().get(0)
                : null;
    }
}
