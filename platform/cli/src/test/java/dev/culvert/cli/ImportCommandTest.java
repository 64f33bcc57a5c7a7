package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of other programs' files. What is written has to pass the check where its transport is there. */
final class ImportCommandTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aServerOfFrp() throws Exception {
        Path file = write("frps.toml", """
                bindAddr = "0.0.0.0"
                bindPort = 7000
                kcpBindPort = 7000
                proxyBindAddr = "127.0.0.1"
                transport.maxPoolCount = 5
                transport.tls.force = false
                transport.tls.certFile = "server.crt"
                vhostHTTPPort = 80
                webServer.addr = "0.0.0.0"
                webServer.port = 7500
                webServer.password = "hunter2"
                enablePrometheus = true
                log.to = "./frps.log"
                log.level = "info"
                auth.method = "token"
                auth.token = "a secret that is long enough ${HOME}"
                allowPorts = [
                  { start = 2000, end = 3000 },
                  { single = 3001 }
                ]
                someNewThing = true
                [[httpPlugins]]
                name = "user-manager"
                """);

        assertThat(imported(file, "--transport", "plain")).isEqualTo("""
                # Made from frp's frps.toml by culvert config import. See config/ for all keys.

                [[listen]]
                bind = ":7000"
                # frp's clients use TLS unless told otherwise. Without a certificate here the server makes one, and
                # prints the pin that a client needs: frp's clients did not check it, Culvert's do.
                transport = "plain"

                [[auth]]
                type = "token"
                token = "a secret that is long enough $${HOME}"

                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                ports = ["2000-3000", "3001"]

                [server]
                type = "simple"
                application_context_path = "/"
                admin_context_path = "/admin"

                [server.connector]
                type = "http"
                bind_host = "127.0.0.1"
                port = 7500
                """);
        assertThat(err.toString().lines())
                .allMatch(line -> line.startsWith("not carried over: "))
                .map(line -> line.replaceFirst("not carried over: ([^:]+): .*", "$1"))
                .containsExactlyInAnyOrder(
                        "kcpBindPort",
                        "transport.maxPoolCount",
                        "transport.tls",
                        "vhostHTTPPort",
                        "webServer.addr",
                        "webServer.password",
                        "log",
                        "someNewThing",
                        "httpPlugins");
        assertThat(err.toString()).doesNotContain("hunter2");
        passesTheCheck();
    }

    @Test
    void aServerOfFrpUsesTlsUnlessToldOtherwise() throws Exception {
        assertThat(imported(write("frps.toml", "bindPort = 7000\n")))
                .contains("transport = \"tls\"\n", "bind = \":7000\"\n");
        assertThat(err.toString()).startsWith("not carried over: auth.token: it is empty");
    }

    @Test
    void aClientOfFrp() throws Exception {
        Files.createDirectory(directory.resolve("confd"));
        write("confd/more.toml", """
                [[proxies]]
                name = "included"
                type = "tcp"
                localPort = 9000
                remotePort = 6009
                """);
        Path file = write("frpc.toml", """
                user = "your_name"
                serverAddr = "::1"
                serverPort = {{ .Envs.PORT }}
                loginFailExit = false
                auth.tokenSource.type = "file"
                auth.tokenSource.file.path = "/etc/frp/token"
                transport.protocol = "tcp"
                transport.tls.enable = false
                transport.heartbeatInterval = 30
                transport.dialServerTimeout = 7
                webServer.port = 7400
                webServer.user = "admin"
                start = ["ssh", "included", "group"]
                includes = ["./confd/*.toml", "./nowhere/*.toml"]

                [[proxies]]
                name = "ssh"
                type = "tcp"
                localIP = "::1"
                localPort = 22
                remotePort = 6001
                transport.bandwidthLimit = "1MB"
                healthCheck.type = "tcp"
                [proxies.annotations]
                key1 = "value1"

                [[proxies]]
                name = "off"
                type = "tcp"
                localPort = 80

                [[proxies]]
                name = "group"
                type = "tcp"
                localPort = 81
                remotePort = 6002
                loadBalancer.group = "g"
                loadBalancer.groupKey = "k"

                [[proxies]]
                name = "web01"
                type = "http"
                localPort = 80
                customDomains = ["web01.example.com"]

                [[proxies]]
                name = "docker"
                type = "tcp"
                remotePort = 6003
                [proxies.plugin]
                type = "unix_domain_socket"
                unixPath = "/var/run/docker.sock"

                [[visitors]]
                name = "secret"
                type = "stcp"
                secretKey = "abcdefg"
                """);

        String toml = imported(file);

        assertThat(toml).isEqualTo("""
                # Made from frp's frpc.toml by culvert config import. See config/ for all keys.
                server = "[::1]:${PORT}"
                transport = "plain"
                client_id = "your_name"
                # Goes on when the first login is refused.
                exit_on_refusal = false
                login_timeout = "7s"
                metrics = "127.0.0.1:7400"

                [[auth]]
                type = "token"
                token = {file = "/etc/frp/token"}

                [[tunnel]]
                type = "tcp"
                name = "ssh"
                local = "[::1]:22"
                port = 6001

                [[tunnel]]
                type = "tcp"
                name = "off"
                local = "127.0.0.1:80"
                port = 0
                enabled = false

                [[tunnel]]
                type = "tcp"
                name = "group"
                local = "127.0.0.1:81"
                port = 6002
                # Clients of one account that all say so share the port.
                on_conflict = "balance"

                [[tunnel]]
                type = "tcp"
                name = "included"
                local = "127.0.0.1:9000"
                port = 6009
                """);
        assertThat(err.toString().lines())
                .map(line -> line.replaceFirst("not carried over: ([^:]+): .*", "$1"))
                .containsExactlyInAnyOrder(
                        "transport.heartbeatInterval",
                        "webServer",
                        "includes",
                        "proxies \"ssh\".transport.bandwidthLimit",
                        "proxies \"ssh\".healthCheck",
                        "proxies \"ssh\".annotations",
                        "proxies \"group\".loadBalancer.groupKey",
                        "proxies \"web01\"",
                        "proxies \"docker\"",
                        "visitors \"secret\"");
        assertThat(err.toString()).doesNotContain("abcdefg");
        write(
                "culvert.toml",
                toml.replace("${PORT}", "1")
                        .replace(
                                "/etc/frp/token", write("token", "x".repeat(20)).toString()));
        passesTheCheck();
    }

    @Test
    void whatAClientOfFrpPutsAroundItsConnectionBecomesLayers() throws Exception {
        String proxies = "[[proxies]]\nname = \"a\"\ntype = \"tcp\"\nlocalPort = 1\n";

        assertThat(imported(write(
                        "a.toml",
                        "transport.proxyURL = \"http://user:p%2Fw@10.0.0.1:8080\"\nauth.token = \"t\"\n" + proxies)))
                .contains("transport = [[{type = \"http-proxy\", address = \"10.0.0.1:8080\", username = \"user\", "
                        + "password = \"p/w\"}, \"tls\"]]\n");
        assertThat(imported(write("b.toml", "transport.protocol = \"wss\"\nauth.token = \"t\"\n" + proxies)))
                .contains("transport = [[\"tls\", \"websocket\"]]\n");
        assertThat(imported(write("c.toml", "transport.protocol = \"kcp\"\nauth.token = \"t\"\n" + proxies)))
                .contains("transport = \"tls\"\n");
        assertThat(err.toString()).contains("not carried over: transport.protocol: Culvert has no transport \"kcp\"");
    }

    @Test
    void aServerOfRathole() throws Exception {
        Path file = write("server.toml", """
                [server]
                bind_addr = "0.0.0.0:2333"
                heartbeat_interval = 30
                [server.transport]
                type = "tcp"
                [server.transport.tcp]
                nodelay = true
                [server.services.nas]
                token = "the token of the nas service"
                bind_addr = "127.0.0.1:5202"
                [server.services.web]
                token = "another one"
                bind_addr = "127.0.0.1:5203"
                [server.services.dns]
                type = "udp"
                token = "the token of the nas service"
                bind_addr = "0.0.0.0:53"
                """);

        assertThat(imported(file)).isEqualTo("""
                # Made from rathole's server.toml by culvert config import. See config/ for all keys.

                [[listen]]
                bind = ":2333"
                transport = "plain"

                [[auth]]
                type = "token"
                token = "the token of the nas service"

                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                # Here the client names the port of a tunnel; where one is allowed it gets that one without.
                # nas: port = 5202
                # web: port = 5203
                ports = ["5202", "5203"]
                """);
        assertThat(err.toString().lines())
                .map(line -> line.replaceFirst("not carried over: ([^:]+): .*", "$1"))
                .containsExactlyInAnyOrder(
                        "server.services.web.token",
                        "server.services.dns",
                        "server.heartbeat_interval",
                        "server.transport.tcp.nodelay");
        passesTheCheck();
    }

    @Test
    void aClientOfRathole() throws Exception {
        Path server = write("server.toml", "[server.services.nas]\nbind_addr = \"0.0.0.0:5202\"\n");
        Path file = write("client.toml", """
                [client]
                remote_addr = "127.0.0.1:2333"
                default_token = "shared by all of the services"
                retry_interval = 5
                [client.transport]
                type = "noise"
                [client.transport.noise]
                pattern = "Noise_NK_25519_ChaChaPoly_BLAKE2s"
                remote_public_key = "a2V5"
                [client.services.nas]
                local_addr = "127.0.0.1:22"
                nodelay = true
                """);

        assertThat(imported(file, "--peer", server.toString())).contains("""
                server = "127.0.0.1:2333"
                transport = {type = "noise", pin = "a2V5"}
                max_interval = "5s"

                [[auth]]
                type = "token"
                token = "shared by all of the services"

                [[tunnel]]
                type = "tcp"
                name = "nas"
                local = "127.0.0.1:22"
                port = 5202
                """);
        write("culvert.toml", imported(file, "--transport", "plain"));
        passesTheCheck();
    }

    @Test
    void whatCannotBeImportedHasACode() throws Exception {
        assertThat(run("config", "import", write("x.toml", "a = 1\n").toString()))
                .isEqualTo(3);
        assertThat(err.toString()).startsWith("CLV-1012: ");
        assertThat(run(
                        "config",
                        "import",
                        write("ini.toml", "[common]\nserver_addr = 1.2.3.4\n").toString()))
                .isEqualTo(3);
        assertThat(err.toString()).startsWith("CLV-1012: ").contains("old INI format");
        assertThat(run(
                        "config",
                        "import",
                        write("none.toml", "serverAddr = \"x\"\n").toString()))
                .isEqualTo(3);
        assertThat(err.toString()).startsWith("CLV-1013: ");
        Path both = write(
                "both.toml", "[server]\nbind_addr = \"a:1\"\n[client]\nremote_addr = \"b:1\"\n[client.services.s]\n");
        assertThat(run("config", "import", both.toString())).isEqualTo(3);
        assertThat(err.toString()).startsWith("CLV-1012: ").contains("--as");
        assertThat(run("config", "import", both.toString(), "--as", "client")).isZero();
        Path there = write("there.toml", "mine");
        assertThat(run("config", "import", both.toString(), "--as", "client", "--out", there.toString()))
                .isEqualTo(3);
        assertThat(there).hasContent("mine");
    }

    private String imported(Path file, String... more) throws IOException {
        String[] arguments = new String[3 + more.length];
        System.arraycopy(new String[] {"config", "import", file.toString()}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        assertThat(run(arguments)).as(err.toString()).isZero();
        write("culvert.toml", out.toString());
        return out.toString();
    }

    private void passesTheCheck() {
        assertThat(run("check", directory.resolve("culvert.toml").toString()))
                .as("%s", err)
                .isZero();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
