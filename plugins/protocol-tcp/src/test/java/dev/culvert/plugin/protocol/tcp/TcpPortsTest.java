package dev.culvert.plugin.protocol.tcp;

import static dev.culvert.plugin.protocol.tcp.Visits.NOWHERE;
import static dev.culvert.plugin.protocol.tcp.Visits.ask;
import static dev.culvert.plugin.protocol.tcp.Visits.connect;
import static dev.culvert.plugin.protocol.tcp.Visits.defaults;
import static dev.culvert.plugin.protocol.tcp.Visits.is;
import static dev.culvert.plugin.protocol.tcp.Visits.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which port and address a tunnel gets. */
final class TcpPortsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ProtocolKit kit = new ProtocolKit();

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @Test
    void aPortThatAnotherProgramHasIsRefusedWithPortAndCause() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> open(defaults(), Visits.tunnel(NOWHERE, other.getLocalPort())))
                    .satisfies(is(TunnelError.PORT_UNAVAILABLE))
                    .hasMessageContaining("port " + other.getLocalPort())
                    .hasMessageContaining("in use")
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void aPortThatIsClosedIsFoundOutByAProbe() throws Exception {
        EndpointLease lease = open(defaults(), Visits.tunnel(NOWHERE));
        for (int i = 0; i < 3; i++) {
            assertThat(lease.probe().toCompletableFuture()).succeedsWithin(PATIENCE);
        }
        int port = lease.endpoint().port();
        lease.close();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(lease.probe().toCompletableFuture())
                        .failsWithin(PATIENCE)
                        .withThrowableOfType(ExecutionException.class)
                        .withMessageContaining("CLV-3030")
                        .withMessageContaining("127.0.0.1:" + port));
    }

    @Test
    void aPortThatTheServerDoesNotGiveOutIsRefused() {
        assertThatThrownBy(() -> open(giving(new PortRange(7000, 7009)), Visits.tunnel(NOWHERE, 7010)))
                .satisfies(is(TunnelError.NOT_PERMITTED))
                .hasMessageContaining("7010")
                .hasMessageContaining("7000-7009");
    }

    @Test
    void anAssignedPortIsOneThatTheServerGivesOutAndTheCredentialPermits() throws Exception {
        int free = FreePort.any();
        var settings = giving(new PortRange(Math.max(1024, free - 5), Math.min(65535, free + 5)));
        KitTunnel tunnel = kit.tunnel(permitted(new PortRange(free, free)));

        EndpointLease lease = kit.open(kit.server(settings), tunnel, Visits.tunnel(NOWHERE));

        assertThat(lease.endpoint()).isEqualTo(Endpoint.ofPort("tcp", free));
    }

    @Test
    void anAssignedPortIsLookedForBeyondThoseThatAreTaken() throws Exception {
        int first = Math.min(FreePort.any(), 65_500);
        var server = kit.server(giving(new PortRange(first, first + 9)));

        for (int i = 0; i < 20; i++) {
            try (EndpointLease one = kit.open(server, kit.tunnel(), Visits.tunnel(NOWHERE));
                    EndpointLease two = kit.open(server, kit.tunnel(), Visits.tunnel(NOWHERE));
                    EndpointLease three = kit.open(server, kit.tunnel(), Visits.tunnel(NOWHERE))) {
                assertThat(List.of(one, two, three))
                        .allSatisfy(lease -> assertThat(lease.endpoint().port()).isBetween(first, first + 9));
            }
        }
    }

    @Test
    void withNoPortLeftTheRefusalSaysSo() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            var settings = giving(new PortRange(other.getLocalPort(), other.getLocalPort()));

            assertThatThrownBy(() -> open(settings, Visits.tunnel(NOWHERE)))
                    .satisfies(is(TunnelError.PORT_UNAVAILABLE))
                    .hasMessageContaining("no free port");
        }
    }

    @Test
    void aCredentialAndAServerWithoutACommonPortAreRefused() {
        var settings = giving(new PortRange(7000, 7009));
        KitTunnel tunnel = kit.tunnel(permitted(new PortRange(8000, 8000)));

        assertThatThrownBy(() -> kit.open(kit.server(settings), tunnel, Visits.tunnel(NOWHERE)))
                .satisfies(is(TunnelError.NOT_PERMITTED))
                .hasMessageContaining("7000-7009")
                .hasMessageContaining("8000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aTunnelThatAsksForNoAddressIsOpenOnBothFamilies(String address) throws Exception {
        EndpointLease lease = served(null);

        assertThat(lease.endpoint()).hasToString("tcp://:" + lease.endpoint().port());
        try (Socket visitor = connect(address, lease.endpoint().port())) {
            assertThat(ask(visitor, "here?")).isEqualTo("here?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aTunnelThatAsksForOneAddressIsOpenThereAlone(String address) throws Exception {
        EndpointLease lease = served(address);

        Endpoint endpoint = lease.endpoint();
        assertThat(endpoint.host()).isEqualTo(address);
        try (Socket visitor = visit(endpoint)) {
            assertThat(ask(visitor, "here?")).isEqualTo("here?");
        }
        assertThatThrownBy(() -> connect("127.0.0.2", endpoint.port())).isInstanceOf(IOException.class);
    }

    @Test
    void oneAddressWrittenInTwoWaysIsOneEndpoint() {
        var server = kit.server(defaults());
        var tunnel = Visits.client(NOWHERE, 7000, "0:0:0:0:0:0:0:1", null, null, null, null, null, null);

        assertThat(server.requested(ProtocolKit.overTheWire(server, tunnel, null)))
                .contains(Endpoint.parse("tcp://[::1]:7000"));
    }

    @Test
    void anAddressThatIsNotOfThisMachineIsRefused() {
        var tunnel = Visits.client(NOWHERE, 0, "192.0.2.1", null, null, null, null, null, null);

        assertThatThrownBy(() -> open(defaults(), tunnel))
                .satisfies(is(TunnelError.PORT_UNAVAILABLE))
                .hasMessageContaining("192.0.2.1");
    }

    @Test
    void aServerWithAnAddressOfItsOwnOpensNoOther() throws Exception {
        var settings = new TcpProtocolFactory("127.0.0.1", null, null, null, null, null, null);

        Endpoint endpoint = open(settings, Visits.tunnel(NOWHERE)).endpoint();

        Visits.assertVisitReset(endpoint); // there is no client
        assertThatThrownBy(() -> connect("127.0.0.2", endpoint.port())).isInstanceOf(IOException.class);
        var elsewhere = Visits.client(NOWHERE, 0, "127.0.0.2", null, null, null, null, null, null);
        assertThatThrownBy(() -> open(settings, elsewhere))
                .satisfies(is(TunnelError.NOT_PERMITTED))
                .hasMessageContaining("127.0.0.2");
    }

    private EndpointLease open(TcpProtocolFactory settings, TcpTunnelFactory tunnel) {
        return kit.open(kit.server(settings), kit.tunnel(), tunnel);
    }

    private EndpointLease served(String address) throws IOException {
        var echo = kit.closing(EchoService.start());
        var client = Visits.client(echo.address(), 0, address, null, null, null, null, null, null);
        KitTunnel tunnel = kit.tunnel();
        tunnel.arrive(kit.client(client));
        return kit.open(kit.server(defaults()), tunnel, client);
    }

    private static TcpProtocolFactory giving(PortRange ports) {
        return new TcpProtocolFactory(null, List.of(ports), null, null, null, null, null);
    }

    private static Principal permitted(PortRange ports) {
        return new Principal("bob", "bob", "bob", new Rights(Set.of(), List.of(ports), List.of()));
    }
}
