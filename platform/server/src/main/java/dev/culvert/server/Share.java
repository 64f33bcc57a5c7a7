package dev.culvert.server;

import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.spi.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a part of the clients or tunnels comes to, of those that are there now.
 *
 * @param sessions how many sessions
 * @param tunnels how many tunnels
 * @param streams how many streams are open
 * @param requests streams that were asked for, refused ones included
 * @param errors those that were refused or ended badly
 * @param bytesIn bytes from visitors
 * @param bytesOut bytes to visitors
 */
public record Share(int sessions, int tunnels, int streams, long requests, long errors, long bytesIn, long bytesOut) {

    private static final Share NOTHING = new Share(0, 0, 0, 0, 0, 0, 0);

    /** By the name of the {@code [[listen]]} section that a session came through. */
    static Map<String, Share> byListener(List<ClientStatus> clients) {
        Map<String, Share> shares = new TreeMap<>();
        for (ClientStatus client : clients) {
            Share share = new Share(1, 0, 0, 0, 0, 0, 0);
            for (ClientStatus.TunnelStatus tunnel : client.tunnels()) {
                share = share.and(tunnel.traffic());
            }
            shares.merge(client.listener(), share, Share::and);
        }
        return shares;
    }

    /** By the host that visitors ask for, or the port, where the tunnel has no host of its own. */
    static Map<String, Share> byHost(List<ClientStatus> clients) {
        Map<String, Share> shares = new TreeMap<>();
        for (ClientStatus client : clients) {
            for (ClientStatus.TunnelStatus tunnel : client.tunnels()) {
                if (!tunnel.endpoint().isEmpty()) {
                    Endpoint endpoint = Endpoint.parse(tunnel.endpoint());
                    String host = endpoint.host().isEmpty() ? ":" + endpoint.port() : endpoint.host();
                    shares.merge(host, new Share(1, 0, 0, 0, 0, 0, 0).and(tunnel.traffic()), Share::and);
                }
            }
        }
        return shares;
    }

    /** Of all of them. */
    static Share ofAll(List<ClientStatus> clients) {
        return byListener(clients).values().stream().reduce(NOTHING, Share::and);
    }

    private Share and(TrafficStatus traffic) {
        return new Share(
                sessions,
                tunnels + 1,
                streams + traffic.streams(),
                requests + traffic.requests(),
                errors + traffic.errors(),
                bytesIn + traffic.bytesIn(),
                bytesOut + traffic.bytesOut());
    }

    private Share and(Share other) {
        return new Share(
                sessions + other.sessions,
                tunnels + other.tunnels,
                streams + other.streams,
                requests + other.requests,
                errors + other.errors,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut);
    }

    @Override
    public String toString() {
        return "sessions=" + sessions + " tunnels=" + tunnels + " streams=" + streams + " requests=" + requests
                + " errors=" + errors + " bytes_in=" + bytesIn + " bytes_out=" + bytesOut;
    }
}
