package dev.culvert.plugin.protocol.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.KitVisit;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a visitor's datagrams, on real sockets. */
final class FlowTest {

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();
    private EchoDatagrams echo;

    @BeforeEach
    void startsAService() throws IOException {
        echo = kit.closing(EchoDatagrams.start());
    }

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 92, 148, 512, 1_200, 1_452, 1_472, 9_000, 65_507}) // some are WireGuard's
    void aDatagramArrivesAsItWasSent(int length) throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        byte[] sent = new byte[length];
        new Random(length).nextBytes(sent);
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        for (int i = 0; i < 3; i++) {
            Visits.send(visitor, sent);

            assertThat(Visits.receive(visitor)).isEqualTo(sent);
        }
    }

    // Java loses what arrives while it sends one of these on a connected socket, which the kit's sockets and the
    // visitor's
    // are: one of many has to come back.
    @Test
    void aDatagramWithoutAByteIsADatagram() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        await().until(() -> answers(visitor, new byte[0]));
    }

    @Test
    void datagramsAreNeverJoinedOrCut() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        Set<String> sent = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            String text = i + ":" + "x".repeat(i * 17);
            sent.add(text);
            Visits.send(visitor, text.getBytes(UTF_8));
        }

        Set<String> received = new HashSet<>();
        while (received.size() < sent.size()) {
            received.add(new String(Visits.receive(visitor), UTF_8));
        }

        assertThat(received).isEqualTo(sent);
    }

    @Test
    void eachVisitorHasAnAddressOfItsOwnAtTheService() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        List<DatagramSocket> visitors = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            visitors.add(kit.closing(Visits.visitor(endpoint)));
        }

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < visitors.size(); i++) {
                assertThat(Visits.ask(visitors.get(i), "visitor " + i)).isEqualTo("visitor " + i);
            }
        }

        assertThat(echo.peers()).isEqualTo(100);
        assertThat(tunnel.streams()).as("streams for a hundred flows").hasSize(1);
        assertThat(tunnel.visits()).hasSize(100);
    }

    @Test
    void flowsAreSpreadOverAsManyStreamsAsTheServerSays() throws IOException {
        Endpoint endpoint = served(
                Visits.tunnel(echo.address()), new UdpProtocolFactory(null, null, null, null, null, null, null, 4));

        for (int i = 0; i < 20; i++) {
            assertThat(Visits.ask(kit.closing(Visits.visitor(endpoint)), "x")).isEqualTo("x");
        }

        assertThat(tunnel.streams()).hasSize(4);
    }

    @Test
    void nobodyWhoHasNotSentIsAnswered() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        DatagramSocket bystander = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(visitor, "mine")).isEqualTo("mine");

        // Neither the service nor anybody else on its machine can make the server send to a stranger: there is no flow,
        // and the flow's socket takes nothing but from the service.
        SocketAddress flow = echo.addresses().iterator().next();
        try (DatagramSocket stranger = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            byte[] forged = "forged".getBytes(UTF_8);
            stranger.send(new DatagramPacket(forged, forged.length, flow));
        }
        assertThat(Visits.ask(visitor, "still mine")).isEqualTo("still mine");

        Visits.assertSilent(bystander);
        Visits.assertSilent(visitor);
        assertThat(tunnel.datagramsOut()).isLessThanOrEqualTo(2);
    }

    @Test
    void aServiceThatAnswersOftenAnswersItsVisitorAlone() throws IOException {
        EchoDatagrams talkative = kit.closing(EchoDatagrams.start(5));
        Endpoint endpoint = served(Visits.tunnel(talkative.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        Visits.send(visitor, "say it".getBytes(UTF_8));

        for (int i = 0; i < 5; i++) {
            assertThat(Visits.receive(visitor)).asString(UTF_8).isEqualTo("say it");
        }
    }

    @Test
    void answersStayWithinTheAmplificationThatTheTunnelAllows() throws IOException {
        EchoDatagrams talkative = kit.closing(EchoDatagrams.start(10));
        Endpoint endpoint = served(new UdpTunnelFactory(talkative.address(), 0, null, null, null, null, 3, null));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        Visits.send(visitor, new byte[100]);

        for (int i = 0; i < 3; i++) {
            assertThat(Visits.receive(visitor)).hasSize(100);
        }
        Visits.assertSilent(visitor);
        await().until(() -> tunnel.datagramsLost(DatagramLoss.AMPLIFICATION) == 7);
    }

    @Test
    void untilAVisitorHasSentAgainTheServersCeilingHoldsToo() throws IOException {
        EchoDatagrams talkative = kit.closing(EchoDatagrams.start(10));
        Endpoint endpoint = served(
                Visits.tunnel(talkative.address()),
                new UdpProtocolFactory(null, null, null, null, null, 3, null, null));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        Visits.send(visitor, new byte[100]);
        for (int i = 0; i < 3; i++) {
            assertThat(Visits.receive(visitor)).hasSize(100);
        }
        Visits.assertSilent(visitor);
        Visits.send(visitor, new byte[200]);

        for (int i = 0; i < 10; i++) {
            assertThat(Visits.receive(visitor)).hasSize(200);
        }
        await().until(() -> tunnel.datagramsLost(DatagramLoss.AMPLIFICATION) == 7);
    }

    @Test
    void aQuestionWithoutAByteHasAnAnswer() throws IOException {
        // As that of the time protocol (RFC 868).
        DatagramSocket clock = kit.closing(new DatagramSocket(new InetSocketAddress("127.0.0.1", 0)));
        Thread serving = new Thread(() -> {
            try {
                while (true) {
                    DatagramPacket question = new DatagramPacket(new byte[1], 1);
                    clock.receive(question);
                    clock.send(new DatagramPacket(new byte[4], 4, question.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        });
        serving.start();
        HostPort local = new HostPort("127.0.0.1", clock.getLocalPort());
        Endpoint endpoint = served(new UdpTunnelFactory(local, 0, null, null, null, null, 2, null));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        Visits.send(visitor, new byte[0]);

        assertThat(Visits.receive(visitor)).hasSize(4);
    }

    @Test
    void forgedSourcesTakeNobodysPlace() throws IOException {
        Endpoint endpoint = served(Visits.limited(echo.address(), 100, 100));
        DatagramSocket known = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.askTwice(known, "known")).isEqualTo("known");

        for (int i = 0; i < 1_000; i++) {
            flood(endpoint, "127.7." + i / 250 + "." + (1 + i % 250));
            if (i % 50 == 0) {
                assertThat(Visits.ask(known, "still known")).isEqualTo("still known");
                assertThat(ask(endpoint, "127.0.0.2", "new")).isEqualTo("new");
                assertThat(openVisits()).isLessThanOrEqualTo(100);
            }
        }

        await().until(() -> tunnel.flowsEvicted() >= 900);
        assertThat(tunnel.visits().get(0).ends()).as("the flow that is assured").isZero();
        assertThat(tunnel.datagramsLost(DatagramLoss.FLOWS)).isZero();
    }

    @Test
    void forgedPortsOfOneSourceTakeNoneOfItsAssuredFlows() throws IOException {
        Endpoint endpoint = served(Visits.limited(echo.address(), 1_000, 10));
        DatagramSocket known = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.askTwice(known, "known")).isEqualTo("known");
        DatagramSocket other = kit.closing(Visits.visitor(endpoint, "127.0.0.2"));
        assertThat(Visits.ask(other, "other")).isEqualTo("other");

        for (int i = 0; i < 100; i++) {
            flood(endpoint, "127.0.0.1");
        }

        assertThat(ask(endpoint, "127.0.0.1", "one more")).isEqualTo("one more");
        assertThat(Visits.ask(known, "still known")).isEqualTo("still known");
        await().until(() -> tunnel.flowsEvicted() == 92);
        assertThat(tunnel.visits().get(0).ends()).isZero();
        assertThat(tunnel.visits().get(1).ends()).as("that of another source").isZero();
    }

    @Test
    void whileThereAreManyFlowsThoseThatSentOnceGoSooner() throws Exception {
        Endpoint endpoint =
                served(new UdpTunnelFactory(echo.address(), 0, null, Duration.ofSeconds(3), 4, 4, null, null));
        DatagramSocket assured = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.askTwice(assured, "assured")).isEqualTo("assured");
        for (int i = 0; i < 2; i++) {
            assertThat(Visits.ask(kit.closing(Visits.visitor(endpoint)), "once"))
                    .isEqualTo("once");
        }

        await().atMost(Duration.ofSeconds(2)).until(() -> openVisits() <= 2);

        assertThat(tunnel.visits().get(0).ends()).isZero();
        assertThat(tunnel.flowsEvicted()).isZero();
    }

    @Test
    void oneWayTrafficIsNotCutWhileItGoesOn() throws IOException {
        EchoDatagrams silent = kit.closing(EchoDatagrams.start(0));
        Endpoint endpoint =
                served(new UdpTunnelFactory(silent.address(), 0, null, Duration.ofMillis(1_200), 3, 3, null, null));
        DatagramSocket sender = kit.closing(Visits.visitor(endpoint));
        Visits.send(sender, new byte[] {1});
        await().until(() -> silent.peers() == 1);
        for (int i = 0; i < 2; i++) {
            Visits.send(kit.closing(Visits.visitor(endpoint)), new byte[] {2});
        }

        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            Visits.send(sender, new byte[] {1});
            flood(endpoint, "127.0.0.5");
            return tunnel.flowsEvicted() > 40;
        });

        assertThat(tunnel.visits().get(0).ends()).isZero();
    }

    @Test
    void oneFlowMoreThanTheTunnelMayHaveIsDroppedAndCounted() throws IOException {
        Endpoint endpoint = served(Visits.limited(echo.address(), 5, 5));
        List<DatagramSocket> visitors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            visitors.add(kit.closing(Visits.visitor(endpoint)));
            assertThat(Visits.askTwice(visitors.get(i), "in")).isEqualTo("in");
        }

        assertUnanswered(kit.closing(Visits.visitor(endpoint)));

        await().until(() -> tunnel.datagramsLost(DatagramLoss.FLOWS) == 1);
        assertThat(ProtocolKit.codes(tunnel)).containsExactly(TunnelError.VISITOR_LIMIT);
        assertThat(tunnel.refusals().get(0).cause()).hasMessageContaining("max_flows: 5");
        assertThat(Visits.ask(visitors.get(0), "still in")).isEqualTo("still in");
    }

    @Test
    void oneSourceCannotTakeThePlacesOfTheOthers() throws IOException {
        Endpoint endpoint = served(Visits.limited(echo.address(), 100, 3));
        for (int i = 0; i < 3; i++) {
            assertThat(Visits.askTwice(kit.closing(Visits.visitor(endpoint)), "in"))
                    .isEqualTo("in");
        }

        assertUnanswered(kit.closing(Visits.visitor(endpoint)));

        await().until(() -> tunnel.datagramsLost(DatagramLoss.SOURCE) == 1);
        assertThat(ProtocolKit.codes(tunnel)).containsExactly(TunnelError.SOURCE_LIMIT);
        assertThat(ask(endpoint, "127.0.0.2", "another")).isEqualTo("another");
    }

    @Test
    void theServerAllowsNoMoreThanItsOwnLimits() throws IOException {
        Endpoint endpoint = served(
                Visits.limited(echo.address(), 100, 100),
                new UdpProtocolFactory(null, null, null, 2, 2, null, null, null));
        for (int i = 0; i < 2; i++) {
            assertThat(Visits.askTwice(kit.closing(Visits.visitor(endpoint)), "in"))
                    .isEqualTo("in");
        }

        assertUnanswered(kit.closing(Visits.visitor(endpoint)));
    }

    @Test
    void aSilentFlowEndsAtBothEndsAndMakesRoom() throws IOException {
        Endpoint endpoint =
                served(new UdpTunnelFactory(echo.address(), 0, null, Duration.ofMillis(300), 1, null, null, null));
        DatagramSocket first = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(first, "hello")).isEqualTo("hello");
        KitVisit visit = tunnel.visits().get(0);

        await().until(() -> visit.ends() == 1);

        assertThat(visit.failure()).isEmpty();
        assertThat(visit.bytesIn()).isEqualTo(5);
        assertThat(visit.bytesOut()).isEqualTo(5);
        assertThat(Visits.ask(kit.closing(Visits.visitor(endpoint)), "next")).isEqualTo("next");
    }

    @Test
    void aFlowThatIsUsedDoesNotEnd() throws Exception {
        Endpoint endpoint = served(Visits.idle(echo.address(), Duration.ofMillis(400)));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        long end = System.nanoTime() + Duration.ofMillis(1_500).toNanos();

        while (System.nanoTime() < end) {
            Visits.ask(visitor, "still here");
        }

        assertThat(echo.peers()).isEqualTo(1);
        assertThat(tunnel.visits()).hasSize(1);
    }

    @Test
    void aServiceThatIsDownHasItsCodeAndIsFoundWhenItIsBack() throws IOException {
        HostPort down = echo.address();
        echo.close();
        Endpoint endpoint = served(Visits.tunnel(down));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        Visits.send(visitor, new byte[1]);
        await().until(() -> !tunnel.failedDials().isEmpty());
        for (int i = 0; i < 50; i++) {
            Visits.send(visitor, new byte[1]);
        }

        await().until(() -> tunnel.datagramsLost(DatagramLoss.SERVICE) >= 50);
        assertThat(tunnel.failedDials()).hasSize(1);
        assertThat(tunnel.failedDials().get(0).code()).isEqualTo(ServiceError.REFUSED);
        kit.closing(EchoDatagrams.start(down.port(), 1));
        await().until(() -> answers(visitor, new byte[] {9}));
    }

    @Test
    void aNameThatDoesNotResolveHasItsCode() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(new HostPort("no-such-host.invalid", 53)));

        Visits.send(kit.closing(Visits.visitor(endpoint)), new byte[1]);

        await().until(() -> tunnel.failedDials().size() == 1);
        assertThat(tunnel.failedDials().get(0).code()).isEqualTo(ServiceError.UNKNOWN_HOST);
        assertThat(tunnel.failedDials().get(0)).hasMessageContaining("no-such-host.invalid:53");
    }

    @Test
    void aFlowOutlivesTheStreamThatCarriedIt() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(visitor, "before")).isEqualTo("before");

        tunnel.streams().get(0).close();
        await().until(() -> tunnel.visits().get(0).ends() == 1);

        assertThat(Visits.ask(visitor, "after")).isEqualTo("after");
        assertThat(tunnel.streams()).hasSize(2);
    }

    @Test
    void whatComesWhileTheStreamOpensIsHeld() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        tunnel.pause();
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        for (int i = 0; i < 10; i++) {
            Visits.send(visitor, new byte[] {(byte) i});
        }
        DatagramSocket flood = kit.closing(Visits.visitor(endpoint));
        // Held within a bound: what is more is dropped, and counted.
        await().until(() -> {
            for (int i = 0; i < 50; i++) {
                Visits.send(flood, new byte[1_200]);
            }
            return tunnel.datagramsLost(DatagramLoss.FULL) > 100;
        });
        tunnel.resume();

        for (int i = 0; i < 10; i++) {
            assertThat(Visits.receive(visitor)).containsExactly(i);
        }
    }

    @Test
    void oneFlowCannotTakeAllThatIsHeld() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        tunnel.pause();
        DatagramSocket flood = kit.closing(Visits.visitor(endpoint));
        // Few at a time: what does not fit the socket's buffer would be the kernel's to drop, the visitor's too.
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            for (int i = 0; i < 40; i++) {
                Visits.send(flood, new byte[1_200]);
            }
            return tunnel.datagramsLost(DatagramLoss.FULL) > 100;
        });
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        for (int i = 0; i < 10; i++) {
            Visits.send(visitor, new byte[] {(byte) i});
        }
        long before = tunnel.datagramsLost(DatagramLoss.FULL);
        Visits.send(flood, new byte[1_200]);
        await().until(() -> tunnel.datagramsLost(DatagramLoss.FULL) > before); // so what came before it is held
        tunnel.resume();

        for (int i = 0; i < 10; i++) {
            assertThat(Visits.receive(visitor)).containsExactly(i);
        }
    }

    @Test
    void whatWasHeldForOneThatMayNotComeIsCounted() throws IOException {
        tunnel.permit(origin -> false);
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        tunnel.pause();
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        for (int i = 0; i < 3; i++) {
            Visits.send(visitor, new byte[1]);
        }

        tunnel.resume();

        await().until(() -> tunnel.datagramsLost(DatagramLoss.NOT_PERMITTED) == 3);
        assertThat(ProtocolKit.codes(tunnel)).contains(TunnelError.VISITOR_NOT_PERMITTED);
    }

    @Test
    void aVisitorThatMayNotComeGetsNothingAndTheOthersAreServed() throws IOException {
        tunnel.permit(
                origin -> !"127.0.0.3".equals(origin.visitor().getAddress().getHostAddress()));
        Endpoint endpoint = served(Visits.tunnel(echo.address()));

        for (int i = 0; i < 2; i++) { // before the stream is open, and after
            assertUnanswered(kit.closing(Visits.visitor(endpoint, "127.0.0.3")));
            assertThat(ask(endpoint, "127.0.0.1", "in")).isEqualTo("in");
        }

        assertThat(echo.peers()).isEqualTo(2);
        assertThat(ProtocolKit.codes(tunnel)).contains(TunnelError.VISITOR_NOT_PERMITTED);
        await().until(() -> tunnel.datagramsLost(DatagramLoss.NOT_PERMITTED) == 2);
    }

    @Test
    void bandwidthThatIsUsedUpDropsAndDoesNotQueue() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(visitor, "x")).isEqualTo("x");

        tunnel.visits().get(0).exhaust();
        Visits.send(visitor, new byte[1]);

        Visits.assertSilent(visitor);
        await().until(() -> tunnel.datagramsLost(DatagramLoss.RATE) == 1);
    }

    @Test
    void aClientThatDrainsEndsItsStreamWhenTheFlowsAreSilent() throws IOException {
        var client = kit.client(Visits.tunnel(echo.address()));
        tunnel.arrive(client);
        Endpoint endpoint = kit.open(kit.server(Visits.defaults()), tunnel, Visits.tunnel(echo.address()))
                .endpoint();
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(visitor, "before")).isEqualTo("before");

        client.drain();

        await().until(() -> !tunnel.streams().get(0).isOpen());
        assertThat(tunnel.visits().get(0).failure()).isEmpty();
    }

    @Test
    void aLeaseThatIsClosedEndsItsFlows() throws IOException {
        UdpTunnelFactory client = Visits.tunnel(echo.address());
        tunnel.arrive(kit.client(client));
        EndpointLease lease = kit.open(kit.server(Visits.defaults()), tunnel, client);
        assertThat(Visits.ask(kit.closing(Visits.visitor(lease.endpoint())), "x"))
                .isEqualTo("x");

        lease.close();

        await().until(() ->
                tunnel.visits().get(0).ends() == 1 && !tunnel.streams().get(0).isOpen());
    }

    @Test
    void ipv6VisitorsAreServedToo() throws IOException {
        Endpoint endpoint = served(Visits.tunnel(echo.address()));

        assertThat(ask(endpoint, "::1", "six")).isEqualTo("six");
        assertThat(ask(endpoint, "127.0.0.1", "four")).isEqualTo("four");
    }

    @Test
    void whereTheSessionHasDatagramsAllButTheFirstOfAFlowGoThere() throws IOException {
        tunnel.carryDatagrams(1_200, 0);
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));

        assertThat(Visits.ask(visitor, "first")).isEqualTo("first");
        assertThat(tunnel.datagramsBeside()).isZero();
        for (int length : new int[] {1, 1_200}) {
            Visits.send(visitor, new byte[length]);
            assertThat(Visits.receive(visitor)).hasSize(length);
        }
        assertThat(tunnel.datagramsBeside()).isEqualTo(4);

        Visits.send(visitor, new byte[1_201]);
        assertThat(Visits.receive(visitor)).as("what is too long for that").hasSize(1_201);
        assertThat(tunnel.datagramsBeside()).isEqualTo(4);
    }

    @Test
    void datagramsThatGetLostBesideTheStreamAreLostAlone() throws IOException {
        tunnel.carryDatagrams(1_200, 3);
        Endpoint endpoint = served(Visits.tunnel(echo.address()));
        DatagramSocket visitor = kit.closing(Visits.visitor(endpoint));
        assertThat(Visits.ask(visitor, "first")).isEqualTo("first");

        Set<Integer> answered = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            Visits.send(visitor, new byte[] {(byte) i});
        }
        visitor.setSoTimeout(250);
        assertThatThrownBy(() -> {
                    while (true) {
                        answered.add((int) Visits.receive(visitor)[0]);
                    }
                })
                .isInstanceOf(SocketTimeoutException.class);

        // Of 30, and of the answers to those that arrived, every third one is lost, whichever comes first.
        assertThat(answered).hasSizeBetween(10, 20);
        assertThat(tunnel.visits()).hasSize(1);
    }

    @Test
    void aSlowFlowDelaysNoOther() throws Exception {
        // Its service takes nothing: the socket's buffer fills, and the kernel drops.
        DatagramSocket stuck = kit.closing(new DatagramSocket(new InetSocketAddress("127.0.0.1", 0)));
        stuck.setReceiveBufferSize(4_096);
        EchoDatagrams pair = echo;
        Endpoint slow = served(Visits.tunnel(new HostPort("127.0.0.1", stuck.getLocalPort())));
        KitTunnel second = kit.tunnel();
        UdpTunnelFactory fastClient = Visits.tunnel(pair.address());
        second.arrive(kit.client(fastClient));
        Endpoint fast =
                kit.open(kit.server(Visits.defaults()), second, fastClient).endpoint();
        DatagramSocket flood = kit.closing(Visits.visitor(slow));
        DatagramSocket visitor = kit.closing(Visits.visitor(fast));

        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < 10; j++) {
                Visits.send(flood, new byte[1_200]);
            }
            assertThat(Visits.ask(visitor, "fast " + i)).isEqualTo("fast " + i);
        }
    }

    private Endpoint served(UdpTunnelFactory client) {
        return served(client, Visits.defaults());
    }

    private Endpoint served(UdpTunnelFactory client, UdpProtocolFactory server) {
        tunnel.arrive(kit.client(client));
        return kit.open(kit.server(server), tunnel, client).endpoint();
    }

    private String ask(Endpoint endpoint, String from, String question) throws IOException {
        return Visits.ask(kit.closing(Visits.visitor(endpoint, from)), question);
    }

    /** A datagram from a port that nobody waits at: as if its source were forged. */
    private static void flood(Endpoint endpoint, String from) throws IOException {
        try (DatagramSocket gone = Visits.visitor(endpoint, from)) {
            Visits.send(gone, new byte[] {1});
        }
    }

    private long openVisits() {
        return tunnel.visits().stream().filter(visit -> visit.ends() == 0).count();
    }

    private static void assertUnanswered(DatagramSocket visitor) throws IOException {
        Visits.send(visitor, "let me in".getBytes(UTF_8));
        Visits.assertSilent(visitor);
    }

    private static boolean answers(DatagramSocket visitor, byte[] question) {
        try {
            visitor.setSoTimeout(250);
            Visits.send(visitor, question);
            return Arrays.equals(question, Visits.receive(visitor));
        } catch (IOException e) {
            return false;
        }
    }
}
