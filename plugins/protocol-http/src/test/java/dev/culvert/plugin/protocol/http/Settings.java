package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.SourceNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Sections of files, with what a test does not name left out. */
final class Settings {

    private Settings() {}

    static HttpProtocolFactory server() {
        return server(null, List.of());
    }

    static HttpProtocolFactory server(Limits limits, List<SourceNetwork> trusted) {
        return new ServerSection().limits(limits).trustedProxies(trusted).read();
    }

    static Limits limits(Duration head, Duration keepAlive, Duration idle) {
        return new Limits(
                null, null, null, null, null, null, null, head, keepAlive, idle, null, null, null, null, null);
    }

    static HttpTunnelFactory tunnel(HostPort local, String host) {
        return tunnel(local, host, "", false);
    }

    static HttpTunnelFactory tunnel(HostPort local, String host, String path, boolean strip) {
        return tunnel(new LocalTarget(local), host, path, strip, null, null, null, null, null);
    }

    static HttpTunnelFactory tunnel(
            LocalTarget local, String host, String hostHeader, Path ca, List<String> pins, String serverName) {
        return tunnel(local, host, "", false, hostHeader, ca, pins, serverName, null);
    }

    static HttpTunnelFactory holding(HostPort local, String host, HoldSection hold) {
        return tunnel(new LocalTarget(local), host, "", false, null, null, null, null, hold);
    }

    static HttpTunnelFactory site(Path directory, String host, String path, boolean strip) {
        return tunnel(new LocalDirectory(directory), host, path, strip, null, null, null, null, null);
    }

    private static HttpTunnelFactory tunnel(
            HttpTarget local,
            String host,
            String path,
            boolean strip,
            String hostHeader,
            Path ca,
            List<String> pins,
            String serverName,
            HoldSection hold) {
        return new HttpTunnelFactory(
                local,
                host == null ? null : HostName.parse(host),
                path,
                strip,
                hostHeader,
                null,
                null,
                false,
                null,
                null,
                null,
                null,
                hold,
                null,
                ca,
                pins,
                serverName);
    }
}
