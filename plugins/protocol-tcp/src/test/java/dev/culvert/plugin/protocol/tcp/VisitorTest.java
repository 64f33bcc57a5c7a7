package dev.culvert.plugin.protocol.tcp;

import static dev.culvert.plugin.protocol.tcp.Visits.NOWHERE;
import static dev.culvert.plugin.protocol.tcp.Visits.ask;
import static dev.culvert.plugin.protocol.tcp.Visits.assertReset;
import static dev.culvert.plugin.protocol.tcp.Visits.assertVisitReset;
import static dev.culvert.plugin.protocol.tcp.Visits.defaults;
import static dev.culvert.plugin.protocol.tcp.Visits.say;
import static dev.culvert.plugin.protocol.tcp.Visits.visit;
import static dev.culvert.testkit.ProtocolKit.codes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A tunnel whose visitors are reset while the service is not there. */
final class VisitorTest {

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @Test
    void withoutAClientAVisitorIsReset() throws Exception {
        Endpoint endpoint =
                kit.open(kit.server(defaults()), tunnel, Visits.tunnel(NOWHERE)).endpoint();

        assertVisitReset(endpoint);
    }

    @Test
    void aServiceThatIsDownResetsTheVisitor() throws Exception {
        Endpoint endpoint = served(Visits.tunnel(NOWHERE)).endpoint();

        assertVisitReset(endpoint);

        assertThat(tunnel.failedDials()).extracting(CulvertException::code).containsExactly(ServiceError.REFUSED);
    }

    @Test
    void aServiceThatBreaksOffResetsTheVisitor() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint = served(Visits.tunnel(new HostPort("", service.getLocalPort())))
                    .endpoint();
            Socket visitor = visit(endpoint);
            Socket accepted = service.accept();

            accepted.setSoLinger(true, 0);
            accepted.close();

            assertReset(visitor);
        }
    }

    @Test
    void whatAVisitorSendsBeforeItEndsComesBackWhole() throws Exception {
        Endpoint endpoint = served(Visits.tunnel(echo())).endpoint();
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);

        try (Socket visitor = visit(endpoint)) {
            Thread writer = new Thread(() -> writeAndEnd(visitor, sent));
            writer.start();
            byte[] received = visitor.getInputStream().readAllBytes();
            writer.join();

            assertThat(received).isEqualTo(sent);
        }
    }

    @Test
    void theServiceMaySpeakFirst() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint = served(Visits.tunnel(new HostPort("", service.getLocalPort())))
                    .endpoint();

            try (Socket visitor = visit(endpoint);
                    Socket accepted = service.accept()) {
                accepted.getOutputStream().write("220 ready".getBytes(UTF_8));

                assertThat(visitor.getInputStream().readNBytes(9))
                        .asString(UTF_8)
                        .isEqualTo("220 ready");
            }
        }
    }

    @Test
    void aClosedLeaseLeavesOpenVisitorsAlone() throws Exception {
        EndpointLease lease = served(Visits.tunnel(echo()));

        try (Socket visitor = visit(lease.endpoint())) {
            assertThat(say(visitor, "before")).isEqualTo("before");
            lease.close();
            assertThat(say(visitor, "after")).isEqualTo("after");
        }
    }

    @Test
    void aLeaseThatClosesWhileAStreamOpensResetsBoth() throws Exception {
        EndpointLease lease = served(Visits.tunnel(echo()));
        tunnel.pause();
        Socket visitor = visit(lease.endpoint());
        await().until(() -> tunnel.origins().size() == 1);

        lease.close();

        assertReset(visitor);
        assertThat(codes(tunnel)).containsExactly(TunnelError.CLOSED);
        tunnel.resume();
        await().until(() -> tunnel.streams().size() == 1);
        await().until(() -> !tunnel.streams().get(0).isOpen());
        assertThat(tunnel.bridged()).isEmpty();
    }

    @Test
    void tooManyVisitorsWithoutAStreamAreReset() throws Exception {
        tunnel.arrive(kit.client(Visits.tunnel(echo())));
        var server = kit.server(new TcpProtocolFactory(null, null, null, null, null, 2, null));
        Endpoint endpoint = kit.open(server, tunnel, Visits.tunnel(NOWHERE)).endpoint();
        tunnel.pause();
        Socket first = kit.closing(visit(endpoint));
        Socket second = kit.closing(visit(endpoint));
        await().until(() -> tunnel.origins().size() == 2);

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.TOO_MANY_WAITING);
        tunnel.resume();
        assertThat(say(first, "first")).isEqualTo("first");
        assertThat(say(second, "second")).isEqualTo("second");
    }

    @Test
    void aHalfClosedConnectionEndsWhenTheTunnelSaysWithinWhatTheServerAllows() throws Exception {
        var client = Visits.client(echo(), 0, null, null, null, null, Duration.ofSeconds(7), null, null);
        tunnel.arrive(kit.client(client));
        var strict = new TcpProtocolFactory(null, null, null, null, Duration.ofSeconds(5), null, null);
        ask(kit.closing(visit(served(client).endpoint())), "hello");
        ask(kit.closing(visit(kit.open(kit.server(strict), tunnel, client).endpoint())), "hello");

        assertThat(tunnel.bridged())
                .extracting(options -> options.halfCloseTimeout().toSeconds())
                .containsExactly(7L, 5L);
    }

    private EndpointLease served(TcpTunnelFactory client) {
        tunnel.arrive(kit.client(client));
        return kit.open(kit.server(defaults()), tunnel, client);
    }

    private HostPort echo() throws IOException {
        return kit.closing(EchoService.start()).address();
    }

    private static void writeAndEnd(Socket visitor, byte[] bytes) {
        try {
            visitor.getOutputStream().write(bytes);
            visitor.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
