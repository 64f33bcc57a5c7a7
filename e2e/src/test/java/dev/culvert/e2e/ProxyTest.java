package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proxies into the client's network, as curl uses them. */
@Tag("slow")
class ProxyTest {

    private static final Path CURL = Path.of("/usr/bin/curl");

    @TempDir
    private Path directory;

    @Test
    void curlReachesWhatIsListedAndNothingElse() throws Exception {
        assumeTrue(Files.isExecutable(CURL), "needs curl");
        Path password = Pair.write(directory, "password", "a password\n");
        try (HttpService listed = HttpService.start();
                HttpService other = HttpService.start();
                Pair pair = Pair.start(directory);
                Culvert socks = Culvert.start(
                        Culvert.home(),
                        directory,
                        Map.of("CULVERT_TOKEN", Pair.TOKEN),
                        "tcp",
                        "socks5",
                        "--destination",
                        "127.0.0.1:" + listed.port(),
                        "--username",
                        "alice",
                        "--password-file",
                        password.toString(),
                        "--server",
                        "127.0.0.1:" + pair.controlPort(),
                        "--transport",
                        "plain")) {
            Culvert client = pair.client("""
                    [[tunnel]]
                    type = "tcp"
                    name = "http"
                    local = "http-proxy"
                    destinations = ["127.0.0.1:%d"]
                    """.formatted(listed.port()));
            String socksAt = "127.0.0.1:" + socks.await("^tcp://127\\.0\\.0\\.1:(\\d+) -> socks5");
            String httpAt = "127.0.0.1:" + client.await("^tcp://127\\.0\\.0\\.1:(\\d+) -> http-proxy");
            String url = "http://127.0.0.1:" + listed.port() + "/";
            String forbidden = "http://127.0.0.1:" + other.port() + "/";

            String[] known = {"--proxy-user", "alice:a password", "--socks5-hostname", socksAt};
            assertThat(curl(url, known)).isEqualTo("0 hello");
            assertThat(curl("http://localhost:" + listed.port() + "/", known)).isEqualTo("0 hello");
            assertThat(curl(forbidden, known)).startsWith("97 ").contains("(2)");
            assertThat(curl(url, "--proxy-user", "alice:another", "--socks5-hostname", socksAt))
                    .startsWith("97 ");
            assertThat(curl(url, "--socks5-hostname", socksAt)).startsWith("97 ");

            assertThat(curl(url, "--proxytunnel", "-x", httpAt)).isEqualTo("0 hello");
            assertThat(curl(forbidden, "--proxytunnel", "-x", httpAt))
                    .startsWith("56 ")
                    .contains("403");
            assertThat(curl(url, "-x", httpAt)).startsWith("0 CLV-5010");

            assertThat(listed.requests()).isEqualTo(3);
            assertThat(other.requests()).isZero();
            client.await("refused tunnel=http .* how=\"CLV-5009: destination 127\\.0\\.0\\.1:" + other.port());
            pair.server().await("end tunnel=http .* how=\"closed\"");
        }
    }

    private static String curl(String url, String... flags) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(CURL.toString(), "-sS", "--max-time", "20", "--noproxy", ""));
        all.addAll(List.of(flags));
        all.add(url);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + " " + said.strip();
    }
}
