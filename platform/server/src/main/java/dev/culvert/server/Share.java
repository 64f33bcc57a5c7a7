package dev.culvert.server;

import dev.culvert.engine.telemetry.TrafficStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a part of the sessions or tunnels comes to.
 *
 * @param sessions how many sessions are there; by host, how many serve it
 * @param tunnels how many tunnels are public; by listener, how many are served
 * @param streams how many streams are open for a visitor
 * @param requests connections, flows and http requests, refused ones included
 * @param errors those of them that were refused, ended badly, or were answered by a status from 500 on
 * @param bytesIn bytes from visitors
 * @param bytesOut bytes to visitors
 */
public record Share(int sessions, int tunnels, int streams, long requests, long errors, long bytesIn, long bytesOut) {

    private static final Share NOTHING = new Share(0, 0, 0, 0, 0, 0, 0);

    /** By the names of the {@code [[listen]]} sections that sessions came through; sessions that are gone included. */
    static Map<String, Share> byListener(Iterable<String> names, Figures figures, List<ClientStatus> clients) {
        Map<String, Share> shares = new TreeMap<>();
        names.forEach(name -> shares.put(name, NOTHING.and(figures.of(name).status())));
        for (ClientStatus client : clients) {
            shares.merge(client.listener(), of(1, serving(client)), Share::and);
        }
        return shares;
    }

    /** By the host that visitors ask for, or the port, where the tunnel has no host of its own; of tunnels that are public. */
    static Map<String, Share> byHost(List<PublicTunnel> tunnels, List<ClientStatus> clients) {
        Map<String, Share> shares = new TreeMap<>();
        Map<String, Integer> serving = new HashMap<>();
        for (ClientStatus client : clients) {
            client.tunnels().forEach(tunnel -> serving.merge(tunnel.endpoint(), 1, Integer::sum));
        }
        for (PublicTunnel tunnel : tunnels) {
            String host = tunnel.host();
            if (!host.isEmpty()) {
                int sessions = serving.getOrDefault(tunnel.key(), 0);
                shares.merge(host, of(sessions, 1).and(tunnel.traffic().status()), Share::and);
            }
        }
        return shares;
    }

    /** Of all of them, visitors included that no session was there for. */
    static Share ofAll(Figures figures, int sessions, int tunnels) {
        return of(sessions, tunnels).and(figures.total().status());
    }

    private static Share of(int sessions, int tunnels) {
        return new Share(sessions, tunnels, 0, 0, 0, 0, 0);
    }

    private static int serving(ClientStatus client) {
        return (int) client.tunnels().stream()
                .filter(tunnel -> !tunnel.endpoint().isEmpty())
                .count();
    }

    private Share and(TrafficStatus traffic) {
        return new Share(
                sessions,
                tunnels,
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
