package dev.culvert.server;

import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.CulvertException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that is there now.
 *
 * @param session the session's id
 * @param principal who it is
 * @param account whose endpoints these are
 * @param clientId which of the principal's machines
 * @param peer its address
 * @param listener through which {@code [[listen]]} it came
 * @param software what it calls itself
 * @param connectedAt since when
 * @param uptimeSeconds how long that is
 * @param lastHeartbeat when it gave its last sign of life, or null before the first
 * @param roundTripMs how long it took, or null before the first
 * @param reconnects how often a session of this principal and client id has ended before, as far as is remembered
 * @param streams how many streams are open, those included that are kept for the next request
 * @param tunnels what it serves, and what it asked for last and did not get
 */
public record ClientStatus(
        String session,
        String principal,
        String account,
        String clientId,
        String peer,
        String listener,
        String software,
        Instant connectedAt,
        long uptimeSeconds,
        @Nullable Instant lastHeartbeat,
        @Nullable Double roundTripMs,
        int reconnects,
        int streams,
        List<TunnelStatus> tunnels) {

    static ClientStatus of(Session session) {
        List<TunnelStatus> tunnels = new ArrayList<>();
        session.tunnels().values().forEach(served -> tunnels.add(TunnelStatus.of(served)));
        session.refusals().all().forEach(refusal -> tunnels.add(TunnelStatus.of(refusal)));
        return new ClientStatus(
                session.id(),
                session.principal().name(),
                session.principal().account(),
                session.principal().clientId(),
                Source.text(session.peer()),
                session.listener(),
                session.software(),
                session.since(),
                session.uptime().toSeconds(),
                session.heartbeat().last(),
                session.heartbeat().roundTripMillis(),
                session.reconnects(),
                session.client().streams(),
                List.copyOf(tunnels));
    }

    /**
     * A tunnel that a client serves, or would.
     *
     * @param name its name
     * @param type its protocol
     * @param local where the client reaches its service, as it says; empty if it does not
     * @param endpoint where it is public; empty while it is not
     * @param state how far it is
     * @param reason why it is degraded or refused, with its code; empty if it is neither
     * @param traffic what has gone through this session
     */
    public record TunnelStatus(
            String name,
            String type,
            String local,
            String endpoint,
            TunnelState state,
            String reason,
            TrafficStatus traffic) {

        static TunnelStatus of(ServedTunnel served) {
            PublicTunnel tunnel = served.tunnel();
            TunnelState state = served.state();
            CulvertException trouble = state == TunnelState.DEGRADED ? served.trouble() : null;
            return new TunnelStatus(
                    served.name(),
                    served.type(),
                    served.local(),
                    tunnel == null ? "" : tunnel.key(),
                    state,
                    trouble == null ? "" : trouble.reason(),
                    served.traffic().status());
        }

        static TunnelStatus of(Refusals.Refusal refusal) {
            return new TunnelStatus(
                    refusal.name(),
                    refusal.type(),
                    refusal.local(),
                    "",
                    TunnelState.REFUSED,
                    refusal.cause().reason(),
                    TrafficStatus.none(refusal.at()));
        }
    }
}
