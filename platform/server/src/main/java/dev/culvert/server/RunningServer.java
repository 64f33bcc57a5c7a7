package dev.culvert.server;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.health.HealthCheckRegistry;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.culvert.engine.control.Reload;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A server with its administration, from the moment both listen. */
public final class RunningServer implements AutoCloseable {

    private final ServerApplication application;
    private final Server jetty;

    private RunningServer(ServerApplication application, Server jetty) {
        this.application = application;
        this.jetty = jetty;
    }

    /**
     * Starts a server: the data plane first, then its administration.
     *
     * @param configuration what it consists of
     * @param defaultDataDirectory where plugins keep files if the configuration does not say
     * @throws CulvertException if the parts do not make a safe server, or a port cannot be bound
     */
    public static RunningServer start(ServerConfiguration configuration, Path defaultDataDirectory) {
        ServerApplication application = new ServerApplication(defaultDataDirectory);
        Bootstrap<ServerConfiguration> bootstrap = new Bootstrap<>(application);
        application.initialize(bootstrap);
        Environment environment = new Environment(
                application.getName(),
                answers(),
                Validators.newValidatorFactory(),
                new MetricRegistry(),
                ServerApplication.class.getClassLoader(),
                new HealthCheckRegistry(),
                configuration);
        try {
            application.run(configuration, environment);
            Server jetty = configuration.getServerFactory().build(environment);
            jetty.setStopAtShutdown(false);
            jetty.start();
            return new RunningServer(application, jetty);
        } catch (CulvertException e) {
            application.closeIfBuilt();
            throw e;
        } catch (Exception e) {
            application.closeIfBuilt();
            throw failure(e);
        }
    }

    /** The data plane. */
    public TunnelServer tunnels() {
        return application.server();
    }

    /**
     * Says how the configuration is read again when administration is told to.
     *
     * @param how by default it is not
     */
    public void reloadBy(Reload how) {
        application.reloadBy(how);
    }

    /** Where administration listens; the port is the real one. */
    public InetSocketAddress administration() {
        ServerConnector connector = (ServerConnector) jetty.getConnectors()[0];
        String host = connector.getHost() == null ? "0.0.0.0" : connector.getHost();
        return new InetSocketAddress(host, connector.getLocalPort());
    }

    /**
     * Ends: open streams may finish within the deadline, status and metrics can be asked for until then.
     *
     * @param deadline how long open streams may go on
     */
    public void stop(Duration deadline) {
        application.server().stop(deadline);
        try {
            jetty.stop();
        } catch (Exception e) {
            throw new IllegalStateException("administration did not stop", e);
        }
    }

    /** Ends at once. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    // As the keys of the file are written.
    private static ObjectMapper answers() {
        return Jackson.newObjectMapper()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    }

    private static RuntimeException failure(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).startsWith("Failed to bind")) {
                return new CulvertException(
                        ConfigError.PORT_UNAVAILABLE, "administration: " + cause.getMessage() + ".", e);
            }
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
