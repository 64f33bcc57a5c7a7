package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile burrow: one token, several tunnels of TCP and UDP over one connection. */
@Tag("slow")
class BurrowProfileTest {

    private static final List<String> NAMES = List.of("gopher", "gemini", "tor", "dns");

    @TempDir
    private Path directory;

    private Profile profile() {
        return new Profile("burrow", directory);
    }

    @Test
    void itHasThePortsAndLimitsOfItsReference() {
        Map<String, String> token = Map.of("BURROW_TOKEN", Pair.TOKEN);

        assertThat(profile().shown("server", token))
                .contains("bind = \":4000\"", "max_connections = 100", "ping_interval = \"30s\"");
        assertThat(profile().shown("client", token))
                .contains("server = \"127.0.0.1:4000\"", "reconnect = true", "ping_interval = \"30s\"")
                .contains("port = 70", "local = \"127.0.0.1:70\"", "port = 1965", "port = 7071", "port = 53");
    }

    @Test
    void tunnelsOfOneTokenAreFoundAgainAfterTheServerWasLost() throws Exception {
        Map<String, String> relay =
                Map.of("BURROW_TOKEN", Pair.TOKEN, "CONTROL_PORT", "" + Ports.free(), "ADMIN_PORT", "0");
        Map<String, String> home = new HashMap<>(
                Map.of("BURROW_TOKEN", Pair.TOKEN, "BURROW_SERVER", "127.0.0.1:" + relay.get("CONTROL_PORT")));
        Map<String, Integer> ports = new HashMap<>();
        for (String name : NAMES) {
            ports.put(name, Ports.free());
            home.put(name.toUpperCase(Locale.ROOT) + "_PORT", "" + ports.get(name));
        }
        try (Service gopher = Service.saying("gopher");
                Service gemini = Service.saying("gemini");
                Service tor = Service.echo();
                Datagrams dns = Datagrams.echo();
                Culvert server = profile().server(relay)) {
            home.put("GOPHER_LOCAL", "" + gopher.port());
            home.put("GEMINI_LOCAL", "" + gemini.port());
            home.put("TOR_LOCAL", "" + tor.port());
            home.put("DNS_LOCAL", "" + dns.port());
            server.await("^ready$");
            try (Culvert client = profile().client(home)) {
                for (String name : NAMES) {
                    client.await("\\[" + name + "\\]$");
                }
                tunnelsCarry(ports);
                assertThat(dns.peers()).isEqualTo(2);
                aHundredConnectionsIsAllThereIs(ports.get("tor"));

                server.kill();
                server.exitCode();
                try (Culvert again = profile().server(relay)) {
                    again.await("session active ");
                    await().atMost(Culvert.PATIENCE)
                            .ignoreExceptionsInstanceOf(IOException.class)
                            .untilAsserted(() -> tunnelsCarry(ports));
                }
            }
        }
    }

    private static void tunnelsCarry(Map<String, Integer> ports) throws IOException {
        for (String name : List.of("gopher", "gemini")) {
            assertThat(Visitor.read(ports.get(name))).isEqualTo(name);
        }
        try (DatagramSocket one = Datagrams.visitor("127.0.0.1");
                DatagramSocket other = Datagrams.visitor("127.0.0.1")) {
            for (int i = 0; i < 3; i++) {
                byte[] question = ("where " + i + "?").getBytes(UTF_8);
                assertThat(Datagrams.ask(one, ports.get("dns"), question)).isEqualTo(question);
                assertThat(Datagrams.ask(other, ports.get("dns"), question)).isEqualTo(question);
            }
        }
    }

    /** Clients and visitors together, of which some are those of the client and its tunnels. */
    private static void aHundredConnectionsIsAllThereIs(int port) throws IOException {
        List<Socket> open = new ArrayList<>();
        int served = 0;
        try {
            while (open.size() <= 100) {
                Socket visitor = Visitor.connect(port);
                open.add(visitor);
                served += Visitor.echo(visitor, "x").length();
            }
        } catch (IOException e) {
            // One more than there may be.
        }
        for (Socket visitor : open) {
            visitor.close();
        }
        assertThat(served).isBetween(80, 99);
    }

    @Test
    void flagsStandForItsFilesAndAnotherTokenIsRefused() throws Exception {
        try (Service web = Service.saying("web");
                Service ssh = Service.saying("ssh");
                Culvert server = profile().server(Map.of("ADMIN_PORT", "0"), "--port", "0", "--token", Pair.TOKEN)) {
            String address = "127.0.0.1:" + server.await("^clients: port (\\d+)");
            String[] tunnels = {"--tunnel", "web:" + web.port() + ":0", "--tunnel", "ssh:" + ssh.port() + ":0"};

            try (Culvert client = profile().client(Map.of(), with(address, Pair.TOKEN, tunnels))) {
                assertThat(Visitor.read(Pair.endpoint(client, "web"))).isEqualTo("web");
                assertThat(Visitor.read(Pair.endpoint(client, "ssh"))).isEqualTo("ssh");
            }
            try (Culvert stranger = profile().client(Map.of(), with(address, "f".repeat(32), tunnels))) {
                assertThat(stranger.exitCode()).as(stranger.toString()).isEqualTo(5);
                assertThat(stranger.err()).contains("CLV-2001");
            }
        }
    }

    private static String[] with(String server, String token, String... tunnels) {
        List<String> flags = new ArrayList<>(List.of("--server", server, "--token", token));
        flags.addAll(List.of(tunnels));
        return flags.toArray(String[]::new);
    }
}
