package dev.culvert.client;

import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import java.time.Instant;
import java.util.List;

/**
 * What a client is doing now.
 *
 * @param server where its server is, or its servers are
 * @param clientId what this machine is called
 * @param state {@code connecting}, {@code connected} or {@code retrying}
 * @param reason why the last attempt failed or the last session ended, with its code; empty while connected
 * @param transports which way is in use, and why: for each server, those that stand in for each other being one
 * @param sessions the sessions that stand
 * @param reconnects how often a lost session was built again
 * @param startedAt since when the client runs
 * @param tunnels what it makes public; with several servers at once, one for each tunnel and server
 */
public record ClientStatus(
        String server,
        String clientId,
        String state,
        String reason,
        List<TransportStatus> transports,
        List<SessionStatus> sessions,
        int reconnects,
        Instant startedAt,
        List<TunnelStatus> tunnels) {

    /** The way to the server, or to the first of several. */
    public TransportStatus transport() {
        return transports.get(0);
    }

    /** Whether a session stands. */
    public boolean isConnected() {
        return !sessions.isEmpty();
    }

    /**
     * One tunnel.
     *
     * @param name its name
     * @param type its protocol
     * @param local where the service is
     * @param endpoint where it is public; empty if that is not known
     * @param server at which server
     * @param state how far it is
     * @param reason why it is refused, degraded or paused by the server, or why there is no session to the server, with its code;
     *     empty if nothing is wrong
     * @param traffic what has gone through at this server
     */
    public record TunnelStatus(
            String name,
            String type,
            String local,
            String endpoint,
            String server,
            TunnelState state,
            String reason,
            TrafficStatus traffic) {

        static TunnelStatus of(PlacedTunnel placed, KnownServer server, boolean draining) {
            Endpoint endpoint = placed.endpoint();
            LocalTunnel tunnel = placed.tunnel();
            CulvertException problem = placed.problem();
            CulvertException cause = problem == null ? server.failure() : problem;
            return new TunnelStatus(
                    tunnel.name(),
                    tunnel.type(),
                    tunnel.local(),
                    endpoint == null
                            ? ""
                            : endpoint.orHost(server.current().host()).toString(),
                    server.current().toString(),
                    placed.state(draining),
                    Failures.text(cause),
                    placed.traffic().status());
        }
    }
}
