package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.client.SessionStatus;
import dev.culvert.client.TransportStatus;
import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.AbsentTunnel;
import dev.culvert.server.ClientStatus;
import dev.culvert.server.Share;
import dev.culvert.server.StatusResource.ServerStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What people see of a status, in every state that a tunnel can be in. */
final class StatusTableTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final TrafficStatus TRAFFIC =
            new TrafficStatus(NOON, NOON.plusSeconds(9), 1_200, 96_000_000, 3, 40, 2);
    private static final TrafficStatus NOTHING = TrafficStatus.none(NOON);

    @Test
    void everyStateOfAServersTunnelsIsARowWithItsReason() {
        String table = printed(out -> StatusTable.print(server(), out));

        assertThat(table)
                .contains("server: 1 client, 5 endpoints, 4 streams, since 2026-11-24T12:00:00Z")
                .contains("laptop  account team  client desk  from 203.0.113.7:51544  through main")
                .contains("since 2026-11-24T12:00:00Z (26h3m9s)")
                .contains("reconnects 2  round trip 11.3 ms at 2026-11-24T12:00:05Z")
                .containsPattern(
                        "web +http +https://web.example.com +127.0.0.1:3000 +ready +3 +40 +2 +1.2 kB +96.0 MB +2026-11-24T12:00:00Z"
                                + " +2026-11-24T12:00:09Z")
                .containsPattern("db +tcp +tcp://:5432 +127.0.0.1:5432 +degraded .*\n +CLV-5001: refused\\.")
                .containsPattern("twin +http +127.0.0.1:3001 +refused .* -\n +CLV-3003: held\\.")
                .containsPattern("late +tcp +tcp://:7001 .* draining ")
                .containsPattern("without a client\n.*\n +old +http +https://old.example.com +connecting ")
                .contains("account team  client shed  away since 2026-11-24T12:00:00Z");
    }

    @Test
    void aHostHasAllItsFiguresAndNoOthers() {
        HostStatus host = HostStatus.of(json(server()), "WEB.example.com");

        assertThat(printed(host::print))
                .contains("web.example.com\n  streams      3\n  requests     41\n")
                .contains("tunnel web\n  endpoint     https://web.example.com\n")
                .containsPattern("local +127.0.0.1:3000\n +state +ready\n")
                .containsPattern("created +2026-11-24T12:00:00Z\n +last active +2026-11-24T12:00:09Z\n")
                .containsPattern("requests +40\n +errors +2\n +bytes in +1.2 kB\n +bytes out +96.0 MB\n")
                .containsPattern("account +team\n +client +desk\n +remote +203.0.113.7:51544\n")
                .containsPattern(
                        "uptime +26h3m9s\n +heartbeat +2026-11-24T12:00:05Z\n +round trip +11.3 ms\n +reconnects +2\n")
                .doesNotContain("tunnel db")
                .doesNotContain("old.example.com");
        assertThat(host.json().at("/clients/0/tunnels")).hasSize(1);
        assertThat(printed(HostStatus.of(json(server()), ":5432")::print)).contains("tunnel db");
        assertThat(printed(HostStatus.of(json(server()), "old.example.com")::print))
                .containsPattern("away since +2026");
    }

    @Test
    void aHostThatIsNotPublicIsAnErrorThatNamesThoseThatAre() {
        assertThatThrownBy(() -> HostStatus.of(json(server()), "nobody.example.com"))
                .hasMessageContaining("CLV-3026")
                .hasMessageContaining("[:5432, :7001, old.example.com, web.example.com]");
    }

    @Test
    void severalServersOfAClientAreAColumnAndEachSaysItsTransport() {
        String table = printed(out -> StatusTable.print(client("a:4444", "b:4444"), out));

        assertThat(table)
                .contains("transport tls to a:4444: the only one listed")
                .contains("transport tls to b:4444: the only one listed")
                .containsPattern("SERVER +TUNNEL")
                .containsPattern("a:4444 +web +http +https://web.example.com .* ready +3 +40 ")
                .containsPattern("b:4444 +web +http +https://web.example.com .* ready +3 +40 ");
        assertThat(printed(out -> StatusTable.print(client("a:4444"), out))).doesNotContain("SERVER");
        assertThat(printed(HostStatus.of(json(client("a:4444", "b:4444")), "web.example.com")::print))
                .containsPattern("server +a:4444\n +account +team\n +transport +tls\n")
                .containsPattern("server +b:4444\n");
    }

    private static JsonNode server() {
        List<ClientStatus.TunnelStatus> tunnels = List.of(
                tunnel("web", "http", "127.0.0.1:3000", "https://web.example.com", TunnelState.READY, "", TRAFFIC),
                tunnel(
                        "db",
                        "tcp",
                        "127.0.0.1:5432",
                        "tcp://:5432",
                        TunnelState.DEGRADED,
                        "CLV-5001: refused.",
                        NOTHING),
                tunnel("twin", "http", "127.0.0.1:3001", "", TunnelState.REFUSED, "CLV-3003: held.", NOTHING),
                tunnel("late", "tcp", "127.0.0.1:1", "tcp://:7001", TunnelState.DRAINING, "", NOTHING));
        ClientStatus client = new ClientStatus(
                "5f1d7c3a90e2",
                "laptop",
                "team",
                "desk",
                "203.0.113.7:51544",
                "main",
                "culvert/1",
                NOON,
                26 * 3_600 + 3 * 60 + 9,
                NOON.plusSeconds(5),
                11.3,
                2,
                4,
                tunnels);
        AbsentTunnel absent = new AbsentTunnel(
                "old", "http", "team", "shed", "https://old.example.com", TunnelState.CONNECTING, NOON, NOTHING);
        Share web = new Share(1, 1, 3, 41, 3, 1_200, 96_000_000);
        return json(new ServerStatus(
                "server",
                NOON,
                Map.of("main", "127.0.0.1:4444"),
                5,
                4,
                Map.of("main", web),
                Map.of("web.example.com", web),
                List.of(absent),
                List.of(client)));
    }

    private static ClientStatus.TunnelStatus tunnel(
            String name,
            String type,
            String local,
            String endpoint,
            TunnelState state,
            String reason,
            TrafficStatus traffic) {
        return new ClientStatus.TunnelStatus(name, type, local, endpoint, state, reason, traffic);
    }

    private static JsonNode client(String... servers) {
        return json(new dev.culvert.client.ClientStatus(
                String.join(", ", servers),
                "desk",
                "connected",
                "",
                List.of(servers).stream()
                        .map(server -> new TransportStatus("tls", server, "the only one listed", NOON, 1, List.of()))
                        .toList(),
                List.of(servers).stream()
                        .map(server -> new SessionStatus("5f", server, server, "team", "tls", NOON, 9, 3, null, null))
                        .toList(),
                0,
                NOON,
                List.of(servers).stream()
                        .map(server -> new dev.culvert.client.ClientStatus.TunnelStatus(
                                "web",
                                "http",
                                "127.0.0.1:3000",
                                "https://web.example.com",
                                server,
                                TunnelState.READY,
                                "",
                                TRAFFIC))
                        .toList()));
    }

    private static JsonNode json(Object status) {
        try {
            return Json.read(Json.write(status));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String printed(Consumer<PrintWriter> print) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        print.accept(out);
        out.flush();
        return text.toString();
    }
}
