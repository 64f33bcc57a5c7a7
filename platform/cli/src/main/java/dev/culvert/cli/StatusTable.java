package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;

/** A status for people. */
final class StatusTable {

    private static final String ROW = "%-16s %-8s %-34s %-26s %-10s %7s %8s %6s %9s %9s  %s%n";

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
                    "%n%s  account %s  client %s  from %s  through %s  since %s  session %s  streams %d  %s%n",
                    client.path("principal").asText(),
                    client.path("account").asText(),
                    client.path("client_id").asText(),
                    client.path("peer").asText(),
                    client.path("listener").asText(),
                    client.path("connected_at").asText(),
                    client.path("session").asText(),
                    client.path("streams").asInt(),
                    sign(client));
            row(out, "  TUNNEL", "TYPE", "ENDPOINT", "", "STATE");
            client.path("tunnels").forEach(tunnel -> row(out, "  ", tunnel));
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static void row(PrintWriter out, String name, String type, String endpoint, String local, String state) {
        out.printf(
                ROW, name, type, endpoint, local, state, "STREAMS", "REQUESTS", "ERRORS", "IN", "OUT", "LAST ACTIVE");
    }

    private static void row(PrintWriter out, String indent, JsonNode tunnel) {
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
                bytes(traffic.path("bytes_in").asLong()),
                bytes(traffic.path("bytes_out").asLong()),
                traffic.path("last_active").isNull()
                        ? "-"
                        : traffic.path("last_active").asText());
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

    private static String bytes(long count) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = count;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
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
        transport(status.path("transport"), out);
        for (JsonNode session : status.path("sessions")) {
            out.printf(
                    "session %s  %s to %s  account %s  since %s  streams %d  %s%n",
                    session.path("id").asText(),
                    session.path("transport").asText(),
                    session.path("server").asText(),
                    session.path("account").asText(),
                    session.path("since").asText(),
                    session.path("streams").asInt(),
                    sign(session));
        }
        out.printf(
                "running since %s, reconnects %d%n",
                status.path("started_at").asText(), status.path("reconnects").asInt());
        out.println();
        row(out, "TUNNEL", "TYPE", "ENDPOINT", "LOCAL", "STATE");
        status.path("tunnels").forEach(tunnel -> row(out, "", tunnel));
    }
}
