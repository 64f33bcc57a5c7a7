package dev.culvert.embedded;

import static dev.culvert.embedded.NamedDatagrams.ask;
import static dev.culvert.embedded.NamedDatagrams.attempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.TunnelClient;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several clients behind one UDP port promise: each flow, a visitor's address and port, is one visitor. */
final class UdpGroupTest {

    @TempDir
    private Path directory;

    private final int port = FreePort.any();
    private Group group;

    @BeforeEach
    void start() {
        group = Group.start(directory, List.of(Map.of("type", "udp", "bind", "127.0.0.1")));
    }

    @AfterEach
    void stop() throws Exception {
        group.close();
    }

    @Test
    void flowsTakeTurnsAsTheWeightsSayAndStayWhereTheyAre() throws Exception {
        member("a", udp("balance", "round-robin", "weight", 3));
        member("b", udp("balance", "round-robin"));
        List<DatagramSocket> visitors = new ArrayList<>();
        Map<DatagramSocket, String> served = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            DatagramSocket visitor = visitor("127.0.0.1");
            visitors.add(visitor);
            served.put(visitor, ask(visitor));
        }

        assertThat(counted(served.values())).isEqualTo(Map.of("a", 30, "b", 10));
        for (DatagramSocket visitor : visitors) {
            assertThat(ask(visitor)).isEqualTo(served.get(visitor));
        }
    }

    @Test
    void whoeverHasTheFewestFlowsForItsWeightIsNext() throws Exception {
        member("heavy", udp("weight", 2));
        member("light", udp());
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            served.add(ask(visitor("127.0.0.1")));
        }

        assertThat(counted(served)).isEqualTo(Map.of("heavy", 8, "light", 4));
    }

    @Test
    void aSourceStaysWithItsClientAndOthersAreNotMovedWhenOneLeaves() throws Exception {
        CutWire wire = group.wire();
        member("a", udp("balance", "source-hash"));
        member("b", udp("balance", "source-hash"), wire);
        member("c", udp("balance", "source-hash"));
        Map<String, String> before = bySource();
        assertThat(bySource()).isEqualTo(before);
        assertThat(before.values()).contains("a", "b", "c");

        wire.cut();
        await().atMost(Group.PATIENCE).until(() -> group.clients() == 2);

        Map<String, String> after = bySource();
        assertThat(after.values()).doesNotContain("b");
        before.forEach((source, name) -> {
            if (!name.equals("b")) {
                assertThat(after).as(source).containsEntry(source, name);
            }
        });
    }

    @Test
    void theFlowsOfOneThatIsLostGoOnWithTheOther() throws Exception {
        CutWire wire = group.wire();
        member("kept", udp("balance", "round-robin"));
        member("lost", udp("balance", "round-robin"), wire);
        List<DatagramSocket> visitors = new ArrayList<>();
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            visitors.add(visitor("127.0.0.1"));
            served.add(ask(visitors.get(i)));
        }
        assertThat(counted(served)).isEqualTo(Map.of("kept", 5, "lost", 5));

        wire.cut();
        await().atMost(Group.PATIENCE).until(() -> group.clients() == 1);

        for (DatagramSocket visitor : visitors) {
            assertThat(ask(visitor)).isEqualTo("kept");
        }
    }

    @Test
    void oneWhoseServiceIsGoneIsLeftOutAndSoSaidUntilItAnswersAgain() throws Exception {
        NamedDatagrams gone = member("gone", udp("balance", "round-robin", "probe", true));
        member("kept", udp("balance", "round-robin", "probe", true));
        await().atMost(Group.PATIENCE).until(() -> {
            attempt(visitor("127.0.0.1"));
            return group.states().equals(List.of(TunnelState.READY, TunnelState.READY));
        });
        gone.close();
        await().atMost(Group.PATIENCE).until(() -> {
            attempt(visitor("127.0.0.1")); // a visitor is the one who finds it gone
            return group.states().contains(TunnelState.DEGRADED);
        });
        assertThat(group.reasons())
                .anySatisfy(reason -> assertThat(reason).startsWith("CLV-5001").contains("127.0.0.1:" + gone.port()));

        List<String> served = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            served.add(ask(visitor("127.0.0.1")));
        }
        assertThat(served).containsOnly("kept");

        group.closing(new NamedDatagrams("back", gone.port()));
        await().atMost(Group.PATIENCE).until(() -> {
            attempt(visitor("127.0.0.1"));
            return group.states().equals(List.of(TunnelState.READY, TunnelState.READY));
        });
        served.clear();
        for (int i = 0; i < 10; i++) {
            served.add(ask(visitor("127.0.0.1")));
        }
        assertThat(counted(served)).isEqualTo(Map.of("back", 5, "kept", 5));
    }

    @Test
    void oneThatIsGoingToStopGetsNoNewFlowsAndKeepsItsOwn() throws Exception {
        NamedDatagrams going = group.closing(new NamedDatagrams("going", 0));
        TunnelClient leaving = group.client(udp("local", going.address()));
        DatagramSocket held = visitor("127.0.0.1");
        assertThat(ask(held)).isEqualTo("going");
        member("kept", udp());
        Thread stopping = new Thread(() -> leaving.stop(Group.PATIENCE));
        stopping.start();
        await().atMost(Group.PATIENCE).until(() -> {
            assertThat(ask(held)).isEqualTo("going");
            return group.states().contains(TunnelState.DRAINING);
        });

        for (int i = 0; i < 5; i++) {
            assertThat(ask(visitor("127.0.0.1"))).isEqualTo("kept");
            assertThat(ask(held)).isEqualTo("going");
        }

        stopping.join(); // silent for a second, its flow ends
        assertThat(ask(held)).isEqualTo("kept");
    }

    @Test
    void oneThatIsNotForAVisitorIsPassedOver() throws Exception {
        Map<String, Object> some = udp("balance", "round-robin");
        some.put("allow", List.of("127.0.0.1/32"));
        member("some", some);
        member("all", udp("balance", "round-robin"));

        for (int i = 0; i < 6; i++) {
            assertThat(ask(visitor("127.0.0.2"))).isEqualTo("all");
        }
        List<String> served = List.of(ask(visitor("127.0.0.1")), ask(visitor("127.0.0.1")));
        assertThat(served).containsExactlyInAnyOrder("some", "all");
    }

    @Test
    void aVisitorCountsOnceAndOneMoreThanThereMayBeIsNotAnswered() throws Exception {
        member("a", udp("balance", "round-robin", "max_connections", 2));
        member("b", udp("balance", "round-robin", "max_connections", 2));

        assertThat(List.of(ask(visitor("127.0.0.1")), ask(visitor("127.0.0.1"))))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(attempt(visitor("127.0.0.1"))).isFalse();
    }

    // --- what the tests are made of

    private Map<String, Object> udp(Object... keys) {
        Map<String, Object> tunnel = Group.keys(keys);
        tunnel.put("type", "udp");
        tunnel.put("port", port);
        return tunnel;
    }

    private NamedDatagrams member(String name, Map<String, Object> tunnel) throws IOException {
        return member(name, tunnel, group.wire());
    }

    private NamedDatagrams member(String name, Map<String, Object> tunnel, CutWire wire) throws IOException {
        NamedDatagrams service = group.closing(new NamedDatagrams(name, 0));
        tunnel.put("local", service.address());
        group.client(wire, tunnel);
        return service;
    }

    private Map<String, String> bySource() throws IOException {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 1; i <= 60; i++) {
            String source = "127.0.1." + i;
            names.put(source, ask(visitor(source)));
        }
        return names;
    }

    private static Map<String, Integer> counted(Iterable<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        names.forEach(name -> counts.merge(name, 1, Integer::sum));
        return counts;
    }

    private DatagramSocket visitor(String source) throws IOException {
        return group.closing(NamedDatagrams.visitor(source, port));
    }
}
