package dev.culvert.server;

import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.event.SessionListenerFactory;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.registry.RegistryFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that makes up a server, apart from its administration.
 *
 * @param listen where clients connect
 * @param auth who decides about clients
 * @param protocol how tunnels are exposed
 * @param tunnel tunnels that the server declares itself, for dialects that do not negotiate them
 * @param telemetry who is told what happens
 * @param registry who keeps endpoints; null for memory
 * @param dataDirectory where plugins keep files
 * @param network io_uring, epoll, nio or auto
 * @param threads event loops; 0 for one a processor
 * @param drainTimeout how long open streams may go on when the server stops
 * @param drainDelay how long it goes on as before when it is to stop, while balancers are told
 * @param reserveFor how long an endpoint is kept for its account while its client is away
 * @param strangers what those may cost who have not logged in
 * @param maxConnections how many connections there may be; 0 for what the limit of descriptors leaves
 * @param summaryInterval how often a line in the log sums up; 0 for never
 * @param plugins what tunnels may name
 */
public record ServerSettings(
        List<ListenSettings> listen,
        List<AuthenticatorFactory> auth,
        List<ProtocolFactory> protocol,
        List<TunnelSection> tunnel,
        List<SessionListenerFactory> telemetry,
        @Nullable RegistryFactory registry,
        Path dataDirectory,
        String network,
        int threads,
        Duration drainTimeout,
        Duration drainDelay,
        Duration reserveFor,
        StrangerLimits strangers,
        int maxConnections,
        Duration summaryInterval,
        Plugins plugins) {

    /** These, with what a server can take over from newer ones while it runs. */
    ServerSettings taking(ServerSettings newer, List<ProtocolFactory> protocols) {
        return new ServerSettings(
                listen,
                newer.auth,
                protocols,
                newer.tunnel,
                telemetry,
                registry,
                dataDirectory,
                network,
                threads,
                drainTimeout,
                drainDelay,
                reserveFor,
                strangers,
                maxConnections,
                summaryInterval,
                newer.plugins);
    }
}
