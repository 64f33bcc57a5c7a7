package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every protocol promises, both halves of it. Its extender supplies the factories, a private service, and a visitor
 * that can ask it something.
 */
public abstract class ProtocolTck {

    private final ProtocolKit kit = new ProtocolKit();

    /** A private service on a real socket. */
    protected interface Service extends AutoCloseable {

        /** Where it is. */
        HostPort address();

        @Override
        void close() throws IOException;
    }

    /** The server's half, with its defaults. */
    protected abstract ProtocolFactory protocol();

    /**
     * A tunnel that takes any endpoint.
     *
     * @param local where its service is
     */
    protected abstract TunnelFactory tunnel(HostPort local);

    /**
     * A tunnel that wants one endpoint and no other.
     *
     * @param local where its service is
     * @param endpoint where it is to be public
     */
    protected abstract TunnelFactory tunnelAt(HostPort local, Endpoint endpoint);

    /** Starts a service that {@link #ask} can talk to. */
    protected abstract Service service() throws IOException;

    /**
     * Visits an endpoint on this machine and asks the service behind it to say something.
     *
     * @param endpoint where
     * @param question what it is to say
     * @return what it said
     * @throws IOException if there is no answer
     */
    protected abstract String ask(Endpoint endpoint, String question) throws IOException;

    @AfterEach
    final void leavesNothingOpenAndReleasesEveryBuffer() {
        kit.close();
    }

    @Test
    final void aVisitorReachesTheService() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));

        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();

        assertThat(ask(endpoint, "anybody there?")).isEqualTo("anybody there?");
    }

    @Test
    final void aProbeOfItsEndpointArrivesAndIsNoVisitor() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));
        EndpointLease lease = kit.open(server(), tunnel, client);

        assertThat(lease.probe().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));

        assertThat(ask(lease.endpoint(), "and now?")).isEqualTo("and now?");
        assertThat(tunnel.origins()).as("visitors").hasSize(1);
        assertThat(tunnel.refusals()).isEmpty();
    }

    @Test
    final void visitorsDoNotGetEachOthersAnswers() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();
        List<Callable<String>> visitors = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String question = "visitor " + i;
            visitors.add(() -> ask(endpoint, question));
        }

        ExecutorService threads = Executors.newFixedThreadPool(16);
        kit.closing(threads::shutdownNow);
        var answers = threads.invokeAll(visitors);

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).get()).isEqualTo("visitor " + i);
        }
    }

    @Test
    final void aVisitorIsKnownByItsAddressAndTheOneItCameTo() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();

        ask(endpoint, "who am I?");

        StreamOrigin origin = tunnel.origins().get(0);
        assertThat(origin.visitor())
                .satisfies(address ->
                        assertThat(address.getAddress().isLoopbackAddress()).isTrue());
        assertThat(origin.endpoint())
                .satisfies(address -> assertThat(address.getPort()).isNotZero());
    }

    @Test
    final void parametersSurviveTheWireAndUnknownOnesAreIgnored() {
        TunnelFactory client = tunnel(new HostPort("127.0.0.1", 3000));
        Object parameters = client.parameters(null);
        Map<String, Object> values = new LinkedHashMap<>(ProtocolKit.write(parameters));
        values.put("of_a_later_version", List.of(1, 2));

        Object read = ProtocolKit.read(values, server().parametersType());

        assertThat(read).isEqualTo(parameters);
    }

    @Test
    final void aTunnelIsPublicWhereItAskedToBe() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        HostPort local = kit.closing(service()).address();
        Protocol<Object> server = server();

        // Another process may take what was free a moment ago: then another one is asked for.
        await().ignoreExceptionsInstanceOf(CulvertException.class).untilAsserted(() -> {
            Endpoint wanted = freeEndpoint(server);
            TunnelFactory client = tunnelAt(local, wanted);
            tunnel.arrive(kit.client(client));

            assertThat(server.requested(ProtocolKit.overTheWire(server, client, null)))
                    .contains(wanted);
            assertThat(kit.open(server, tunnel, client).endpoint()).isEqualTo(wanted);
            assertThat(ask(wanted, "here?")).isEqualTo("here?");
        });
    }

    @Test
    final void aTunnelThatTookAnyEndpointAsksForTheSameAgain() throws Exception {
        TunnelFactory client = tunnel(kit.closing(service()).address());
        Protocol<Object> server = server();
        EndpointLease before = kit.open(server, kit.tunnel(), client);
        before.close();

        Object again = ProtocolKit.overTheWire(server, client, before.endpoint());

        assertThat(server.requested(again)).contains(before.endpoint());
        assertThat(server.pinned(ProtocolKit.overTheWire(server, client, null), before.endpoint()))
                .as("the server knows these parameters again")
                .isEqualTo(again);
    }

    @Test
    final void anEndpointThatIsTakenIsRefusedWithACode() throws Exception {
        Protocol<Object> server = server();
        HostPort local = new HostPort("127.0.0.1", 3000);
        Endpoint taken = kit.open(server, kit.tunnel(), tunnel(local)).endpoint();

        assertThatThrownBy(() -> kit.open(server, kit.tunnel(), tunnelAt(local, taken)))
                .isInstanceOfSatisfying(
                        CulvertException.class,
                        refusal -> assertThat(refusal.code()).isInstanceOf(TunnelError.class));
    }

    @Test
    final void aClosedLeaseTakesNoVisitorsAndFreesItsEndpoint() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));
        Protocol<Object> server = server();
        EndpointLease lease = kit.open(server, tunnel, client);

        lease.close();
        lease.close();

        await().untilAsserted(() ->
                assertThatThrownBy(() -> ask(lease.endpoint(), "still there?")).isInstanceOf(IOException.class));
        kit.open(server, tunnel, client, lease.endpoint());
        assertThat(ask(lease.endpoint(), "again?")).isEqualTo("again?");
    }

    @Test
    final void aClosedProtocolTakesNoVisitors() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        tunnel.arrive(kit.client(client));
        Protocol<Object> server = server();
        Endpoint endpoint = kit.open(server, tunnel, client).endpoint();

        server.close();

        await().untilAsserted(() ->
                assertThatThrownBy(() -> ask(endpoint, "still there?")).isInstanceOf(IOException.class));
    }

    @Test
    final void aVisitorWithoutAClientIsTurnedAwayAndNoted() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        TunnelFactory client = tunnel(kit.closing(service()).address());
        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();

        assertThatThrownBy(() -> ask(endpoint, "anybody there?")).isInstanceOf(IOException.class);

        await().untilAsserted(() -> assertThat(ProtocolKit.codes(tunnel)).containsExactly(TunnelError.NO_CLIENT));
        assertThat(tunnel.refusals().get(0).origin().visitor()).isNotNull();
        tunnel.arrive(kit.client(client));
        assertThat(ask(endpoint, "and now?")).isEqualTo("and now?");
    }

    @Test
    final void aServiceThatIsDownIsNoAnswerAndHasACode() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        HostPort nobody;
        try (Service service = service()) {
            nobody = service.address();
        }
        TunnelFactory client = tunnel(nobody);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = kit.open(server(), tunnel, client).endpoint();

        assertThatThrownBy(() -> ask(endpoint, "anybody there?")).isInstanceOf(IOException.class);

        assertThat(tunnel.failedDials()).extracting(CulvertException::code).containsExactly(ServiceError.REFUSED);
        assertThat(tunnel.failedDials().get(0)).hasMessageContaining(nobody.toString());
    }

    private Protocol<Object> server() {
        return kit.server(protocol());
    }

    private Endpoint freeEndpoint(Protocol<Object> server) {
        TunnelFactory any = tunnel(new HostPort("127.0.0.1", 3000));
        try (EndpointLease lease = kit.open(server, kit.tunnel(), any)) {
            return lease.endpoint();
        }
    }
}
