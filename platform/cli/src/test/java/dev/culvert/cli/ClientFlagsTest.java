package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people type where a service is wanted. */
final class ClientFlagsTest {

    @Test
    void aDirectoryBecomesAnAbsoluteOne(@TempDir Path directory) throws Exception {
        Path here = Path.of("").toAbsolutePath();
        Path below = Files.createDirectories(Path.of("target/site-to-serve"));

        assertThat(ClientFlags.localOrUrl(directory.toString())).isEqualTo("file:" + directory);
        assertThat(ClientFlags.localOrUrl("./gone/")).isEqualTo("file:" + here.resolve("gone"));
        assertThat(ClientFlags.localOrUrl(".")).isEqualTo("file:" + here);
        assertThat(ClientFlags.localOrUrl("..")).isEqualTo("file:" + here.getParent());
        assertThat(ClientFlags.localOrUrl(below.toString())).isEqualTo("file:" + below.toAbsolutePath());
        assertThat(ClientFlags.localOrUrl("file:gone")).isEqualTo("file:" + here.resolve("gone"));
        assertThat(ClientFlags.localOrUrl("file:/srv/site/")).isEqualTo("file:/srv/site");
        assertThat(ClientFlags.localOrUrl("file:///srv/site")).isEqualTo("file:///srv/site");
    }

    @Test
    void anythingElseStaysWhatItWas() {
        assertThat(ClientFlags.localOrUrl("3000")).isEqualTo(":3000");
        assertThat(ClientFlags.localOrUrl("10.0.0.5:80")).isEqualTo("10.0.0.5:80");
        assertThat(ClientFlags.localOrUrl("http://localhost:8084")).isEqualTo("http://localhost:8084");
        assertThat(ClientFlags.localOrUrl("unix:/run/app.sock")).isEqualTo("unix:/run/app.sock");
        assertThatThrownBy(() -> ClientFlags.localOrUrl("gone")).hasMessageContaining("gone");
        assertThatThrownBy(() -> ClientFlags.localOrUrl("localhost:80/api")).hasMessageContaining("localhost:80/api");
    }

    @Test
    void aTcpServiceIsNoDirectory() {
        assertThat(ClientFlags.local("socks5")).isEqualTo("socks5");
        assertThat(ClientFlags.local("unix:/run/app.sock")).isEqualTo("unix:/run/app.sock");
        assertThatThrownBy(() -> ClientFlags.local("file:/srv/site"))
                .hasMessageContaining("a directory is made public by culvert http");
    }

    @Test
    void aTunnelOfOneArgumentMayLeadToAUnixSocket() {
        assertThat(TunnelArgument.parse("web:unix:/run/app.sock:8080"))
                .isEqualTo(new TunnelArgument("web", "unix:/run/app.sock", 8080, "tcp"));
        assertThat(TunnelArgument.parse("web:unix:/run/a:1/app.sock:8080/tcp"))
                .isEqualTo(new TunnelArgument("web", "unix:/run/a:1/app.sock", 8080, "tcp"));
        assertThat(TunnelArgument.parse("dns:53:5353/udp")).isEqualTo(new TunnelArgument("dns", ":53", 5353, "udp"));
        assertThat(TunnelArgument.parse("web:[::1]:8080:80"))
                .isEqualTo(new TunnelArgument("web", "[::1]:8080", 80, "tcp"));
    }

    @Test
    void whatNeedsMoreThanOneArgumentIsSaidWhereItGoes() {
        for (String text : new String[] {
            "web:file:/srv/site:8080",
            "in:socks5:1080",
            "in:http-proxy:3128",
            "web:https://localhost:1:80",
            "dns:unix:/run/a:53/udp"
        }) {
            assertThatThrownBy(() -> TunnelArgument.parse(text))
                    .as(text)
                    .hasMessageContaining("use a [[tunnel]] section");
        }
        assertThatThrownBy(() -> TunnelArgument.parse("web:unix:app.sock:80")).hasMessageContaining("an absolute path");
    }
}
