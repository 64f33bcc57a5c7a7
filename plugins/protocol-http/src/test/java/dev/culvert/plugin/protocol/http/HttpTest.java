package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A server with tunnels to services that a test makes; all of it is closed after each test, and has to be closed. */
abstract class HttpTest {

    static final String HOST = "app.example.com";

    final ProtocolKit kit = new ProtocolKit();
    final List<KitTunnel> tunnels = new ArrayList<>();
    private Protocol<Object> server;

    HttpProtocolFactory settings() {
        return Settings.server();
    }

    final Protocol<Object> server() {
        if (server == null) {
            server = kit.server(settings());
        }
        return server;
    }

    final Origin origin(Origin.Handler handler) throws IOException {
        return kit.closing(Origin.start(handler));
    }

    /** A tunnel of {@link #HOST} to a service; the port of visitors. */
    final int open(Origin origin) {
        return open(Settings.tunnel(origin.address(), HOST));
    }

    final int open(HttpTunnelFactory client) {
        KitTunnel tunnel = kit.tunnel();
        tunnels.add(tunnel);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();
        return endpoint.port();
    }

    final KitTunnel tunnel() {
        return tunnels.get(tunnels.size() - 1);
    }

    final Visitor visit(int port) throws IOException {
        return kit.closing(Visitor.to(port));
    }

    @AfterEach
    final void leavesNothingOpen() {
        kit.close();
    }
}
