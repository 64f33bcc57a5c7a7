package dev.culvert.client;

import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.wire.TransportAlternative;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.CredentialFactory;
import dev.culvert.spi.dialect.DialectFactory;
import dev.culvert.spi.event.SessionListenerFactory;
import dev.culvert.spi.link.LinkFactory;
import dev.culvert.spi.mux.MultiplexerFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that makes up a client.
 *
 * @param server where the servers are; at least one
 * @param serversMode what several servers are for
 * @param transport ways to reach it, tried in order
 * @param multiplexer how a connection carries streams
 * @param link a wire that brings its own streams, instead of the two above
 * @param dialect what is spoken on it
 * @param auth what the client can prove
 * @param tunnel what it makes public
 * @param telemetry who is told what happens
 * @param clientId what this machine is called
 * @param connections how many sessions to keep
 * @param reconnect whether a lost session is built again; otherwise the client ends with it
 * @param maxInterval the longest pause between two attempts
 * @param loginTimeout how long one attempt may take, until the server has let the client in
 * @param transportTimeout how long each way may take where there are several; at most the login timeout
 * @param rememberTransport how long the way that worked is tried before those listed before it
 * @param exitOnRefusal whether a login or a tunnel that is refused before the first success ends the client
 * @param drainTimeout how long open streams may go on when the client stops
 * @param dataDirectory where plugins keep files
 * @param network io_uring, epoll, nio or auto
 * @param threads event loops; 0 for one a processor
 * @param summaryInterval how often a line in the log sums up; 0 for never
 */
public record ClientSettings(
        List<HostPort> server,
        ServersMode serversMode,
        List<TransportAlternative> transport,
        MultiplexerFactory multiplexer,
        @Nullable LinkFactory link,
        DialectFactory dialect,
        List<CredentialFactory> auth,
        List<TunnelSection> tunnel,
        List<SessionListenerFactory> telemetry,
        String clientId,
        int connections,
        boolean reconnect,
        Duration maxInterval,
        Duration loginTimeout,
        Duration transportTimeout,
        Duration rememberTransport,
        boolean exitOnRefusal,
        Duration drainTimeout,
        Path dataDirectory,
        String network,
        int threads,
        Duration summaryInterval) {

    /** These, with what a client can take over from newer ones while it runs. */
    ClientSettings taking(ClientSettings newer) {
        return new ClientSettings(
                server,
                serversMode,
                transport,
                multiplexer,
                link,
                dialect,
                newer.auth,
                newer.tunnel,
                telemetry,
                clientId,
                connections,
                reconnect,
                maxInterval,
                loginTimeout,
                transportTimeout,
                rememberTransport,
                exitOnRefusal,
                drainTimeout,
                dataDirectory,
                network,
                threads,
                summaryInterval);
    }
}
