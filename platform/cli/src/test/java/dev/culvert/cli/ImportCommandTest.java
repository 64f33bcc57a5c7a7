package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                vhostHTTPSPort = 443
                vhostHTTPTimeout = 60
                subDomainHost = "example.com"
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

                [[protocol]]
                type = "udp"
                bind = "127.0.0.1"
                ports = ["2000-3000", "3001"]

                [[protocol]]
                type = "http"
                bind = "127.0.0.1:80"
                domain = "example.com"

                [[protocol]]
                type = "tls"
                bind = "127.0.0.1:443"
                domain = "example.com"

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
                        "vhostHTTPTimeout",
                        "webServer.addr",
                        "webServer.password",
                        "log",
                        "someNewThing",
                        "httpPlugins");
        assertThat(err.toString()).doesNotContain("hunter2");
        passesTheCheck();
    }

    @Test
    void onePortForBothKindsOfNamesBecomesThatOfHttp() throws Exception {
        assertThat(imported(write("frps.toml", "bindPort = 7000\nvhostHTTPPort = 80\nvhostHTTPSPort = 80\n")))
                .contains("type = \"http\"\nbind = \":80\"\n")
                .doesNotContain("type = \"tls\"");
        assertThat(notCarriedOver()).contains("vhostHTTPSPort");
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
                transport.bandwidthLimitMode = "server"
                transport.proxyProtocolVersion = "v2"
                healthCheck.type = "tcp"
                healthCheck.intervalSeconds = 5
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
                name = "ssh-of-nobody"
                type = "xtcp"
                secretKey = "abcdefg"

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
                bandwidth = "1MiB"
                proxy_protocol = "v2"
                health_check = {type = "tcp", interval = "5s", timeout = "3s", failures = 1, successes = 1}

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
                # Clients of one account that all say so share the endpoint.
                balance = "round-robin"

                [[tunnel]]
                type = "http"
                name = "web01"
                host = "web01.example.com"
                local = "127.0.0.1:80"
                enabled = false

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
                        "proxies \"ssh\".annotations",
                        "proxies \"group\".loadBalancer.groupKey",
                        "proxies \"ssh-of-nobody\"",
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
    void theProxiesOfFrpOfEveryTypeThatCulvertHas() throws Exception {
        assertThat(tunnels("""
                [[proxies]]
                name = "dns"
                type = "udp"
                localPort = 53
                remotePort = 6002
                transport.proxyProtocolVersion = "v2"

                [[proxies]]
                name = "web"
                type = "http"
                localPort = 8080
                subdomain = "web"
                customDomains = ["www.example.org"]
                locations = ["/", "/api"]
                httpUser = "alice"
                httpPassword = "a long password"
                hostHeaderRewrite = "internal.example"
                requestHeaders.set.X-From-Where = "frp"
                responseHeaders.set.foo = "bar"
                loadBalancer.group = "web"
                transport.bandwidthLimit = "500KB"
                healthCheck.type = "http"
                healthCheck.path = "/status"
                healthCheck.timeoutSeconds = 2
                healthCheck.maxFailed = 4
                healthCheck.httpHeaders = [{ name = "X-Check", value = "1" }]

                [[proxies]]
                name = "secure"
                type = "https"
                localPort = 8443
                customDomains = ["db.example.org"]
                transport.proxyProtocolVersion = "v1"
                healthCheck.type = "http"
                healthCheck.path = "/status"

                [[proxies]]
                name = "nameless"
                type = "https"
                localPort = 8443
                """)).isEqualTo("""
                [[tunnel]]
                type = "udp"
                name = "dns"
                local = "127.0.0.1:53"
                port = 6002

                [[tunnel]]
                type = "http"
                name = "web"
                host = "www.example.org"
                WEB
                [[tunnel]]
                type = "http"
                name = "web-2"
                host = "www.example.org"
                path = "/api"
                WEB
                [[tunnel]]
                type = "http"
                name = "web-3"
                host = "web"
                WEB
                [[tunnel]]
                type = "http"
                name = "web-4"
                host = "web"
                path = "/api"
                WEB
                [[tunnel]]
                type = "tls"
                name = "secure"
                host = "db.example.org"
                local = "127.0.0.1:8443"
                proxy_protocol = "v1"
                health_check = {type = "tcp", interval = "10s", timeout = "3s", failures = 1, successes = 1}
                """.replace("WEB\n", """
                local = "127.0.0.1:8080"
                host_header = "internal.example"
                request_headers = {set = {"X-From-Where" = "frp"}}
                response_headers = {set = {"foo" = "bar"}}
                filters = [{type = "basic-auth", users = [{name = "alice", password = "a long password"}]}]
                # Clients of one account that all say so share the endpoint.
                balance = "round-robin"
                bandwidth = "500KiB"
                health_check = {type = "http", path = "/status", interval = "10s", timeout = "2s", failures = 4, successes = 1}

                """));
        assertThat(notCarriedOver())
                .containsExactlyInAnyOrder(
                        "proxies \"dns\".transport.proxyProtocolVersion",
                        "proxies \"web\".healthCheck.httpHeaders",
                        "proxies \"secure\".healthCheck.path",
                        "proxies \"nameless\"");
        passesTheCheck();
    }

    @Test
    void thePluginsOfFrpBecomeLocalServices() throws Exception {
        Files.createDirectories(directory.resolve("site"));
        assertThat(tunnels("""
                [[proxies]]
                name = "docker"
                type = "tcp"
                remotePort = 6003
                [proxies.plugin]
                type = "unix_domain_socket"
                unixPath = "/var/run/docker.sock"

                [[proxies]]
                name = "app"
                type = "http"
                subdomain = "app"
                [proxies.plugin]
                type = "unix_domain_socket"
                unixPath = "/run/app.sock"

                [[proxies]]
                name = "files"
                type = "tcp"
                remotePort = 6004
                healthCheck.type = "tcp"
                [proxies.plugin]
                type = "static_file"
                localPath = "site"
                stripPrefix = "static"
                httpUser = "abc"
                httpPassword = "a long password"

                [[proxies]]
                name = "socks"
                type = "tcp"
                remotePort = 6005
                [proxies.plugin]
                type = "socks5"
                username = "abc"
                password = "a long password"

                [[proxies]]
                name = "proxy"
                type = "tcp"
                remotePort = 6006
                [proxies.plugin]
                type = "http_proxy"

                [[proxies]]
                name = "inner"
                type = "http"
                subdomain = "inner"
                [proxies.plugin]
                type = "http2https"
                localAddr = "127.0.0.1:443"
                hostHeaderRewrite = "inner.example"
                requestHeaders.set.x-from-where = "frp"

                [[proxies]]
                name = "ended"
                type = "https"
                customDomains = ["a.example.org"]
                [proxies.plugin]
                type = "https2http"
                localAddr = "127.0.0.1:80"
                crtPath = "./server.crt"
                keyPath = "./server.key"
                """))
                .isEqualTo("""
                [[tunnel]]
                type = "tcp"
                name = "docker"
                local = "unix:/var/run/docker.sock"
                port = 6003

                [[tunnel]]
                type = "http"
                name = "app"
                host = "app"
                local = "unix:/run/app.sock"

                [[tunnel]]
                type = "http"
                name = "files"
                local = "file:SITE"
                path = "/static"
                strip_prefix = true
                filters = [{type = "basic-auth", users = [{name = "abc", password = "a long password"}]}]

                [[tunnel]]
                type = "tcp"
                name = "socks"
                local = "socks5"
                # frp's visitors may go anywhere: list what they need. This machine is not among these.
                destinations = ["0.0.0.0/0:*", "[::/0]:*"]
                username = "abc"
                password = "a long password"
                port = 6005

                [[tunnel]]
                type = "tcp"
                name = "proxy"
                local = "http-proxy"
                # frp's visitors may go anywhere: list what they need. This machine is not among these.
                destinations = ["0.0.0.0/0:*", "[::/0]:*"]
                port = 6006

                [[tunnel]]
                type = "http"
                name = "inner"
                host = "inner"
                local = "https://127.0.0.1:443"
                host_header = "inner.example"
                request_headers = {set = {"x-from-where" = "frp"}}
                """.replace("SITE", directory.resolve("site").toString()));
        assertThat(notCarriedOver())
                .containsExactlyInAnyOrder(
                        "proxies \"files\".plugin.localPath",
                        "proxies \"files\".remotePort",
                        "proxies \"files\".healthCheck",
                        "proxies \"socks\".plugin.type",
                        "proxies \"proxy\".plugin.type",
                        "proxies \"proxy\".plugin.type",
                        "proxies \"inner\".plugin.localAddr",
                        "proxies \"ended\"");
        assertThat(err.toString()).doesNotContain("a long password");
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

                [[protocol]]
                type = "udp"
                # Here the client names the port of a tunnel; where one is allowed it gets that one without.
                # dns: port = 53
                ports = ["53"]
                """);
        assertThat(err.toString().lines())
                .map(line -> line.replaceFirst("not carried over: ([^:]+): .*", "$1"))
                .containsExactlyInAnyOrder(
                        "server.services.web.token", "server.heartbeat_interval", "server.transport.tcp.nodelay");
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
                proxy_protocol = "v1"
                [client.services.dns]
                type = "udp"
                local_addr = "127.0.0.1:53"
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
                proxy_protocol = "v1"

                [[tunnel]]
                type = "udp"
                name = "dns"
                local = "127.0.0.1:53"
                # The server picks one of those that it allows.
                port = 0
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

    /** The tunnels of a client of frp that has these proxies. */
    private String tunnels(String proxies) throws IOException {
        String head = "auth.token = \"0123456789abcdef\"\ntransport.tls.enable = false\n";
        String toml = imported(write("frpc.toml", head + proxies));
        return toml.substring(toml.indexOf("[[tunnel]]"));
    }

    private List<String> notCarriedOver() {
        return err.toString()
                .lines()
                .map(line -> line.replaceFirst("not carried over: ([^:]+): .*", "$1"))
                .toList();
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
