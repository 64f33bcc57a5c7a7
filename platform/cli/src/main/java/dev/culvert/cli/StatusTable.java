package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Set;
import java.util.TreeSet;

/** A status for people. */
final class StatusTable {

    private static final String ROW = "%-16s %-8s %-34s %-26s %-10s %7s %8s %6s %9s %9s  %-27s  %s%n";
    private static final String SERVER = "%-26s ";

    private StatusTable() {}

    static void print(JsonNode status, PrintWriter out) {
        if (status.has("clients")) {
            server(status, out);
        } else {
            client(status, out);
        }
    }

    private static void server(JsonNode status, PrintWriter out) {
        out.printf(
                "server: %s, %s, %s, since %s%n",
                count(status.path("clients").size(), "client"),
                count(status.path("endpoints").asInt(), "endpoint"),
                count(status.path("streams").asInt(), "stream"),
                status.path("started_at").asText());
        for (JsonNode client : status.path("clients")) {
            out.printf(
                    "%n%s  account %s  client %s  from %s  through %s  since %s (%s)  session %s  streams %d  reconnects %d"
                            + "  %s%n",
                    client.path("principal").asText(),
                    client.path("account").asText(),
                    client.path("client_id").asText(),
                    client.path("peer").asText(),
                    client.path("listener").asText(),
                    client.path("connected_at").asText(),
                    Figure.duration(client.path("uptime_seconds")),
                    client.path("session").asText(),
                    client.path("streams").asInt(),
                    client.path("reconnects").asInt(),
                    sign(client));
            head(out, "  ", false);
            client.path("tunnels").forEach(tunnel -> row(out, "  ", tunnel, false));
        }
        if (!status.path("absent").isEmpty()) {
            out.printf("%nwithout a client%n");
            head(out, "  ", false);
            for (JsonNode tunnel : status.path("absent")) {
                row(out, "  ", tunnel, false);
                out.printf(
                        "    account %s  client %s  away since %s%n",
                        tunnel.path("account").asText(),
                        tunnel.path("client_id").asText(),
                        tunnel.path("since").asText());
            }
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static void head(PrintWriter out, String indent, boolean servers) {
        if (servers) {
            out.printf(SERVER, "SERVER");
        }
        out.printf(
                ROW,
                indent + "TUNNEL",
                "TYPE",
                "ENDPOINT",
                "LOCAL",
                "STATE",
                "STREAMS",
                "REQUESTS",
                "ERRORS",
                "IN",
                "OUT",
                "CREATED",
                "LAST ACTIVE");
    }

    private static void row(PrintWriter out, String indent, JsonNode tunnel, boolean servers) {
        if (servers) {
            out.printf(SERVER, tunnel.path("server").asText());
        }
        JsonNode traffic = tunnel.path("traffic");
        out.printf(
                ROW,
                indent + tunnel.path("name").asText(),
                tunnel.path("type").asText(),
                tunnel.path("endpoint").asText(),
                tunnel.path("local").asText(),
                tunnel.path("state").asText(),
                traffic.path("streams").asText(),
                traffic.path("requests").asText(),
                traffic.path("errors").asText(),
                Figure.bytes(traffic.path("bytes_in")),
                Figure.bytes(traffic.path("bytes_out")),
                Figure.text(traffic.path("created")),
                Figure.text(traffic.path("last_active")));
        String reason = tunnel.path("reason").asText();
        if (!reason.isEmpty()) {
            String server = tunnel.path("server").asText(); // a client's, which may be at several
            out.println(indent + "  " + (server.isEmpty() ? "" : "at " + server + ": ") + reason);
        }
    }

    private static String sign(JsonNode session) {
        return session.path("last_heartbeat").isNull()
                ? "no heartbeat yet"
                : "round trip " + session.path("round_trip_ms").asText() + " ms at "
                        + session.path("last_heartbeat").asText();
    }

    private static void transport(JsonNode transport, PrintWriter out) {
        if (!transport.path("transport").asText().isEmpty()) {
            out.printf(
                    "transport %s to %s: %s, since %s%n",
                    transport.path("transport").asText(),
                    transport.path("server").asText(),
                    transport.path("why").asText(),
                    transport.path("since").asText());
        }
        for (JsonNode rejected : transport.path("rejected")) {
            out.printf(
                    "  rejected: %s to %s: %s  (%s)%n",
                    rejected.path("transport").asText(),
                    rejected.path("server").asText(),
                    rejected.path("reason").asText(),
                    rejected.path("at").asText());
        }
    }

    private static void client(JsonNode status, PrintWriter out) {
        String why = status.path("reason").asText();
        int sessions = status.path("sessions").size();
        out.printf(
                "client %s of %s: %s%s%n",
                status.path("client_id").asText(),
                status.path("server").asText(),
                status.path("state").asText(),
                sessions > 0 ? ", sessions: " + sessions : why.isEmpty() ? "" : "  " + why);
        status.path("transports").forEach(transport -> transport(transport, out));
        for (JsonNode session : status.path("sessions")) {
            out.printf(
                    "session %s  %s to %s  account %s  since %s (%s)  streams %d  %s%n",
                    session.path("id").asText(),
                    session.path("transport").asText(),
                    session.path("server").asText(),
                    session.path("account").asText(),
                    session.path("since").asText(),
                    Figure.duration(session.path("uptime_seconds")),
                    session.path("streams").asInt(),
                    sign(session));
        }
        out.printf(
                "running since %s, reconnects %d%n",
                status.path("started_at").asText(), status.path("reconnects").asInt());
        out.println();
        Set<String> servers = new TreeSet<>();
        status.path("tunnels")
                .forEach(tunnel -> servers.add(tunnel.path("server").asText()));
        boolean several = servers.size() > 1;
        head(out, "", several);
        status.path("tunnels").forEach(tunnel -> row(out, "", tunnel, several));
    }
}
