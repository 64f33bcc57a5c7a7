package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of frp and rathole, imported, carry traffic. */
@Tag("slow")
class ImportTest {

    @TempDir
    private Path directory;

    @Test
    void aPairOfFrpCarriesTraffic() throws Exception {
        Path frps = Pair.write(directory, "frps.toml", """
                bindAddr = "127.0.0.1"
                bindPort = {{ .Envs.FRP_PORT }}
                auth.token = "{{ .Envs.FRP_TOKEN }}"
                webServer.port = {{ .Envs.FRP_DASHBOARD }}
                webServer.user = "admin"
                allowPorts = [{ start = 1024, end = 65535 }]
                vhostHTTPPort = {{ .Envs.FRP_HTTP }}
                subDomainHost = "localhost"
                """);
        Path frpc = Pair.write(directory, "frpc.toml", """
                serverAddr = "127.0.0.1"
                serverPort = {{ .Envs.FRP_PORT }}
                auth.token = "{{ .Envs.FRP_TOKEN }}"
                transport.tls.enable = false

                [[proxies]]
                name = "ssh"
                type = "tcp"
                localIP = "127.0.0.1"
                localPort = {{ .Envs.SSH_PORT }}
                remotePort = 0

                [[proxies]]
                name = "dns"
                type = "udp"
                localPort = {{ .Envs.DNS_PORT }}
                remotePort = 0

                [[proxies]]
                name = "web"
                type = "http"
                subdomain = "web"
                httpUser = "alice"
                httpPassword = "a long password"
                [proxies.plugin]
                type = "static_file"
                localPath = "site"

                [[proxies]]
                name = "private"
                type = "stcp"
                localPort = 1
                """);
        Path site = Files.createDirectories(directory.resolve("site"));
        Files.writeString(site.resolve("index.html"), "a page");
        Culvert server = imported(frps, "server.toml", "--transport", "plain");
        Culvert client = imported(frpc, "client.toml");
        assertThat(server.err()).contains("not carried over: webServer.user: ");
        assertThat(client.err())
                .contains("not carried over: proxies \"private\": Culvert has no tunnels of the type stcp")
                .contains("not carried over: proxies \"web\".plugin.localPath: ")
                .hasLineCount(2);

        try (Service service = Service.echo();
                Datagrams dns = Datagrams.echo();
                Culvert running = start("server.toml", "server", Map.of("FRP_PORT", "0", "FRP_HTTP", "0"))) {
            String control = running.await("^clients: port (\\d+)");
            Map<String, String> there = Map.of(
                    "FRP_PORT",
                    control,
                    "SSH_PORT",
                    String.valueOf(service.port()),
                    "DNS_PORT",
                    String.valueOf(dns.port()));
            try (Culvert connected = start("client.toml", "client", there)) {
                int port = Pair.endpoint(connected, "ssh");

                assertThat(Visitor.sendAndReadToEnd(port, "through".getBytes(US_ASCII)))
                        .asString()
                        .isEqualTo("through");
                String udp = connected.await("^udp://127\\.0\\.0\\.1:(\\d+) -> .*\\[dns\\]");
                assertThat(Datagrams.ask(Integer.parseInt(udp), "through")).isEqualTo("through");
                String url = connected.await("^(http://web\\.localhost:\\d+) -> file:");
                String curl = Tools.require("curl");
                assertThat(Tools.run(curl, "-sS", "--noproxy", "*", "-u", "alice:a long password", url + "/"))
                        .isEqualTo("a page");
                assertThat(Tools.run(curl, "-sS", "--noproxy", "*", url + "/")).contains("CLV-6034");
            }
        }
    }

    @Test
    void aPairOfRatholeCarriesTrafficOnThePortOfTheServersFile() throws Exception {
        int port = Service.nowhere();
        Path there = Pair.write(directory, "there.toml", """
                [server]
                bind_addr = "127.0.0.1:0"
                default_token = "only the two of us know it"

                [server.services.nas]
                bind_addr = "127.0.0.1:%d"
                """.formatted(port));
        imported(there, "server.toml");
        try (Service service = Service.echo();
                Culvert server = start("server.toml", "server", Map.of(), "--admin", "0")) {
            Path here = Pair.write(
                    directory, "here.toml", """
                    [client]
                    remote_addr = "127.0.0.1:%s"
                    default_token = "only the two of us know it"

                    [client.services.nas]
                    local_addr = "127.0.0.1:%d"
                    """.formatted(server.await("^clients: port (\\d+)"), service.port()));
            Culvert alone = imported(here, "client.toml");
            assertThat(alone.err())
                    .contains("not carried over: client.services.nas: its public port stands in the server's file");
            imported(here, "informed.toml", "--peer", there.toString());
            assertThat(directory.resolve("informed.toml")).content().contains("port = " + port);

            try (Culvert client = start("client.toml", "client", Map.of())) {
                assertThat(Pair.endpoint(client, "nas")).isEqualTo(port);
                assertThat(Visitor.sendAndReadToEnd(port, "through".getBytes(US_ASCII)))
                        .asString()
                        .isEqualTo("through");
            }
        }
    }

    @Test
    void aFileOfNobodyIsRefusedWithACode() {
        Path odd = Pair.write(directory, "odd.toml", "colour = \"blue\"\n");
        Path broken = Pair.write(directory, "broken.toml", "serverAddr = \n");

        Culvert unknown = Culvert.run(directory, "config", "import", odd.toString());
        Culvert malformed = Culvert.run(directory, "config", "import", broken.toString());
        Culvert absent = Culvert.run(directory, "config", "import", "absent.toml");

        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.err()).startsWith("CLV-1012: ").contains("odd.toml");
        assertThat(malformed.exitCode()).isEqualTo(3);
        assertThat(malformed.err()).contains("CLV-1002").contains("broken.toml:1:");
        assertThat(absent.exitCode()).isEqualTo(3);
        assertThat(absent.err()).contains("CLV-1001").contains("absent.toml");
    }

    private Culvert imported(Path file, String name, String... more) throws Exception {
        Path out = directory.resolve(name);
        String[] arguments = new String[5 + more.length];
        System.arraycopy(
                new String[] {"config", "import", file.toString(), "--out", out.toString()}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        Culvert culvert = Culvert.run(directory, arguments);
        assertThat(culvert.exitCode()).as(culvert.toString()).isZero();
        assertThat(Files.getPosixFilePermissions(out)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        return culvert;
    }

    private Culvert start(String file, String command, Map<String, String> variables, String... more) {
        Map<String, String> environment = new java.util.HashMap<>(variables);
        environment.put("FRP_TOKEN", Pair.TOKEN);
        environment.put("FRP_DASHBOARD", "0");
        String[] arguments = new String[2 + more.length];
        arguments[0] = command;
        arguments[1] = directory.resolve(file).toString();
        System.arraycopy(more, 0, arguments, 2, more.length);
        return Culvert.start(Culvert.home(), directory, environment, arguments);
    }
}
