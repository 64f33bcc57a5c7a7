package dev.culvert.plugin.protocol.tcp;

import static dev.culvert.plugin.protocol.tcp.Visits.assertVisitReset;
import static dev.culvert.plugin.protocol.tcp.Visits.defaults;
import static dev.culvert.plugin.protocol.tcp.Visits.say;
import static dev.culvert.plugin.protocol.tcp.Visits.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceError;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's half. */
final class TcpServiceTest {

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aBarePortReachesAServiceOnEitherLoopbackAddress(String address) throws Exception {
        try (ServerSocket service = new ServerSocket()) {
            service.bind(new InetSocketAddress(address, 0));
            Endpoint endpoint = served(Visits.tunnel(new HostPort("", service.getLocalPort())));

            try (Socket visitor = visit(endpoint);
                    Socket accepted = service.accept()) {
                accepted.getOutputStream().write(7);

                assertThat(visitor.getInputStream().read()).isEqualTo(7);
            }
        }
    }

    @Test
    void aNameThatDoesNotResolveHasItsCode() throws Exception {
        Endpoint endpoint = served(Visits.tunnel(new HostPort("no-such-host.invalid", 80)));

        assertVisitReset(endpoint);

        assertThat(failedDial().code()).isEqualTo(ServiceError.UNKNOWN_HOST);
        assertThat(failedDial()).hasMessageContaining("no-such-host.invalid:80");
    }

    @Test
    void aServiceThatDoesNotAcceptInTimeHasItsCode() throws Exception {
        // A full backlog drops SYNs: nothing answers, and nothing refuses.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full);
            var client = Visits.client(
                    new HostPort("127.0.0.1", full.getLocalPort()),
                    0,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Duration.ofMillis(200),
                    null);
            Endpoint endpoint = served(client);

            assertVisitReset(endpoint);

            assertThat(failedDial().code()).isEqualTo(ServiceError.TIMEOUT);
            assertThat(failedDial()).hasMessageContaining("200 ms");
        }
    }

    @Test
    void aVisitorThatGoesWhileTheServiceIsDialledLeavesNothingOpen() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = fill(full);
            Endpoint endpoint = served(Visits.tunnel(new HostPort("127.0.0.1", full.getLocalPort())));
            Socket visitor = visit(endpoint);
            await().until(() -> !tunnel.bridged().isEmpty());

            visitor.setSoLinger(true, 0);
            visitor.close();
            for (Socket filler : fillers) {
                full.accept().close();
            }

            // The kit waits for every socket to be closed.
            assertThat(fillers).isNotEmpty();
        }
    }

    @Test
    void manyVisitorsShareOneHalf() throws Exception {
        EchoService service = kit.closing(EchoService.start());
        Endpoint endpoint = served(Visits.tunnel(service.address()));
        List<Socket> visitors = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            visitors.add(kit.closing(visit(endpoint)));
        }

        for (int i = 0; i < visitors.size(); i++) {
            assertThat(say(visitors.get(i), "visitor " + i)).isEqualTo("visitor " + i);
        }
        assertThat(service.connections()).isEqualTo(50);
    }

    @Test
    void aClientNeedsToKnowWhereTheServiceIs() {
        assertThatThrownBy(() -> kit.client(Visits.tunnel(null)))
                .satisfies(Visits.is(ConfigError.INVALID_VALUE))
                .hasMessageContaining("local: missing (expected: host:port, a port alone, unix:/path");
        assertThatThrownBy(() -> kit.client(Visits.tunnel(new HostPort("localhost", 0))))
                .satisfies(Visits.is(ConfigError.INVALID_VALUE))
                .hasMessageContaining("localhost:0");
    }

    private Endpoint served(TcpTunnelFactory client) {
        tunnel.arrive(kit.client(client));
        return kit.open(kit.server(defaults()), tunnel, client).endpoint();
    }

    private CulvertException failedDial() {
        assertThat(tunnel.failedDials()).hasSize(1);
        return tunnel.failedDials().get(0);
    }

    private List<Socket> fill(ServerSocket service) throws IOException {
        List<Socket> fillers = new ArrayList<>();
        while (true) {
            Socket filler = kit.closing(new Socket());
            try {
                filler.connect(service.getLocalSocketAddress(), 200);
                fillers.add(filler);
            } catch (IOException e) {
                return fillers;
            }
        }
    }
}
