package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.TunnelError;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The part of a status that is about one public host, with all figures. */
final class HostStatus {

    private final JsonNode status;
    private final String host;

    private HostStatus(JsonNode status, String host) {
        this.status = status;
        this.host = host;
    }

    /**
     * Leaves out whatever is of other hosts.
     *
     * @param status of a server or a client
     * @param host a name, or {@code :PORT} of tunnels that have none on a server
     * @throws CulvertException if no tunnel is public there
     */
    static HostStatus of(JsonNode status, String host) {
        String wanted = host.toLowerCase(Locale.ROOT);
        Set<String> hosts = new TreeSet<>();
        boolean server = status.has("clients");
        ObjectNode kept = status.deepCopy();
        if (server) {
            ArrayNode clients = kept.putArray("clients");
            for (JsonNode client : status.path("clients")) {
                ObjectNode copy = client.deepCopy();
                if (keep(copy, "tunnels", wanted, hosts)) {
                    clients.add(copy);
                }
            }
            boolean there = keep(kept, "absent", wanted, hosts) || !clients.isEmpty();
            JsonNode share = status.path("by_host").path(wanted);
            ObjectNode shares = kept.putObject("by_host");
            if (there) {
                shares.set(wanted, share);
                return new HostStatus(kept, wanted);
            }
        } else if (keep(kept, "tunnels", wanted, hosts)) {
            return new HostStatus(kept, wanted);
        }
        throw new CulvertException(
                TunnelError.UNKNOWN_NAME, "no tunnel is public at \"" + host + "\" (expected: one of " + hosts + ").");
    }

    private static boolean keep(ObjectNode of, String field, String host, Set<String> hosts) {
        JsonNode all = of.path(field);
        ArrayNode kept = of.putArray(field);
        for (JsonNode tunnel : all) {
            String endpoint = tunnel.path("endpoint").asText();
            if (!endpoint.isEmpty()) {
                Endpoint parsed = Endpoint.parse(endpoint);
                String name = parsed.host().isEmpty() ? ":" + parsed.port() : parsed.host();
                hosts.add(name);
                if (name.equals(host)) {
                    kept.add(tunnel);
                }
            }
        }
        return !kept.isEmpty();
    }

    /** The same as it came, without the rest. */
    JsonNode json() {
        return status;
    }

    void print(PrintWriter out) {
        JsonNode share = status.path("by_host").path(host);
        if (!share.isMissingNode()) {
            out.printf("%s%n", host);
            traffic(share, out);
        }
        for (JsonNode client : status.path("clients")) {
            for (JsonNode tunnel : client.path("tunnels")) {
                tunnel(tunnel, out);
                line(out, "principal", client.path("principal"));
                line(out, "account", client.path("account"));
                line(out, "client", client.path("client_id"));
                line(out, "remote", client.path("peer"));
                line(out, "listener", client.path("listener"));
                session(client, "session", "connected_at", client.path("reconnects"), out);
            }
        }
        for (JsonNode tunnel : status.path("absent")) {
            tunnel(tunnel, out);
            line(out, "account", tunnel.path("account"));
            line(out, "client", tunnel.path("client_id"));
            line(out, "away since", tunnel.path("since"));
        }
        if (!status.has("clients")) {
            status.path("tunnels").forEach(tunnel -> ofClient(tunnel, out));
        }
    }

    private void ofClient(JsonNode tunnel, PrintWriter out) {
        tunnel(tunnel, out);
        line(out, "client", status.path("client_id"));
        line(out, "server", tunnel.path("server"));
        for (JsonNode session : status.path("sessions")) {
            if (session.path("home").equals(tunnel.path("server"))) {
                line(out, "account", session.path("account"));
                line(out, "transport", session.path("transport"));
                line(out, "remote", session.path("server"));
                session(session, "id", "since", status.path("reconnects"), out);
            }
        }
    }

    private static void tunnel(JsonNode tunnel, PrintWriter out) {
        JsonNode traffic = tunnel.path("traffic");
        out.printf("%ntunnel %s%n", tunnel.path("name").asText());
        line(out, "endpoint", tunnel.path("endpoint"));
        line(out, "type", tunnel.path("type"));
        line(out, "local", tunnel.path("local"));
        line(out, "state", tunnel.path("state"));
        line(out, "reason", tunnel.path("reason"));
        line(out, "created", traffic.path("created"));
        line(out, "last active", traffic.path("last_active"));
        traffic(traffic, out);
    }

    private static void traffic(JsonNode traffic, PrintWriter out) {
        line(out, "streams", traffic.path("streams"));
        line(out, "requests", traffic.path("requests"));
        line(out, "errors", traffic.path("errors"));
        line(out, "bytes in", Figure.bytes(traffic.path("bytes_in")));
        line(out, "bytes out", Figure.bytes(traffic.path("bytes_out")));
    }

    private static void session(JsonNode session, String id, String since, JsonNode reconnects, PrintWriter out) {
        line(out, "session", session.path(id));
        line(out, "connected", session.path(since));
        line(out, "uptime", Figure.duration(session.path("uptime_seconds")));
        line(out, "heartbeat", session.path("last_heartbeat"));
        JsonNode roundTrip = session.path("round_trip_ms");
        line(out, "round trip", roundTrip.isNull() ? "-" : roundTrip.asText() + " ms");
        line(out, "reconnects", reconnects);
    }

    private static void line(PrintWriter out, String name, JsonNode value) {
        line(out, name, Figure.text(value));
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("  %-12s %s%n", name, value);
    }
}
