package dev.culvert.embedded;

import static dev.culvert.embedded.NamedDatagrams.answer;
import static dev.culvert.embedded.NamedDatagrams.ask;
import static dev.culvert.embedded.NamedDatagrams.attempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.testkit.FreePort;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a UDP tunnel and its flows when its service, its client or the session changes. */
final class UdpTunnelTest {

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
    void aTunnelIsReadyWhenItsServiceHasAnsweredAndNotBefore() throws Exception {
        DatagramSocket silent = group.closing(new DatagramSocket(new InetSocketAddress("127.0.0.1", 0)));
        int local = silent.getLocalPort();
        TunnelClient client = group.client(udp("local", "127.0.0.1:" + local, "probe", true));
        DatagramSocket visitor = visitor();

        send(visitor, 1);
        silent.setSoTimeout(20_000);
        silent.receive(new DatagramPacket(new byte[1], 1)); // the stream is there, and the flow
        assertStates(client, TunnelState.REGISTERED);

        silent.close();
        await().atMost(Group.PATIENCE).until(() -> {
            send(visitor, 1);
            return state(client).equals(List.of(TunnelState.DEGRADED, TunnelState.DEGRADED));
        });
        assertThat(List.of(status(client).reason(), group.reasons().get(0)))
                .allMatch(reason -> reason.startsWith("CLV-5001") && reason.contains("127.0.0.1:" + local));

        group.closing(new NamedDatagrams("back", local));
        await().atMost(Group.PATIENCE).until(() -> attempt(visitor()));
        assertStates(client, TunnelState.READY);
    }

    @Test
    void aTunnelThatIsPausedTakesNoNewFlowsAndKeepsTheOthers() throws Exception {
        TunnelClient client = client("web", udp());
        DatagramSocket held = visitor();
        assertThat(ask(held)).isEqualTo("web");

        group.server().pause("web", true);
        assertThat(attempt(visitor())).isFalse();
        assertThat(ask(held)).isEqualTo("web");
        group.server().pause("web", false);
        assertThat(ask(visitor())).isEqualTo("web");

        client.pause("web", true);
        await().atMost(Group.PATIENCE).until(() -> !attempt(visitor()));
        assertThat(ask(held)).isEqualTo("web");
        client.pause("web", false);
        await().atMost(Group.PATIENCE).until(() -> attempt(visitor()));
    }

    @Test
    void aClientThatTakesATunnelOverHasAllNewFlowsAtOnce() throws Exception {
        client("older", udp("on_conflict", "replace"));
        DatagramSocket held = visitor();
        assertThat(ask(held)).isEqualTo("older");

        client("newer", udp("on_conflict", "replace"));

        for (int i = 0; i < 5; i++) {
            assertThat(ask(visitor())).isEqualTo("newer");
            assertThat(ask(held)).isEqualTo("older");
        }
    }

    @Test
    void aSessionThatStallsCostsBoundedMemoryAndCarriesOnAfterwards() throws Exception {
        NamedDatagrams service = group.closing(new NamedDatagrams("web", 0));
        CutWire wire = group.wire();
        group.client(wire, udp("local", service.address()));
        DatagramSocket flood = visitor();
        DatagramSocket other = visitor();
        assertThat(List.of(ask(flood), ask(other))).containsOnly("web");
        long before = allocated();

        wire.stall();
        int offered = 0;
        while (lost(DatagramLoss.FULL) < 20_000) {
            send(flood, 1_200);
            if (offered++ % 5_000 == 0) {
                send(other, 1);
            }
        }
        long passed = group.datagrams().stream().mapToLong(DatagramCount::in).sum();

        // max_queued, the window of the stream, and what the wire's sockets take
        assertThat(passed * 1_200).as("of %d bytes", offered * 1_200L).isLessThan(12 << 20);
        assertThat(allocated() - before).as("memory").isLessThan(32 << 20);
        wire.resume();
        other.setSoTimeout(20_000);
        assertThat(answer(other)).isEqualTo("web");
        await().atMost(Group.PATIENCE).until(() -> attempt(visitor()));
    }

    // --- what the tests are made of

    private Map<String, Object> udp(Object... keys) {
        Map<String, Object> tunnel = Group.keys(keys);
        tunnel.put("type", "udp");
        tunnel.put("port", port);
        return tunnel;
    }

    private TunnelClient client(String name, Map<String, Object> tunnel) throws IOException {
        tunnel.put("local", group.closing(new NamedDatagrams(name, 0)).address());
        return group.client(tunnel);
    }

    private DatagramSocket visitor() throws IOException {
        return group.closing(NamedDatagrams.visitor("127.0.0.1", port));
    }

    private static void send(DatagramSocket visitor, int length) throws IOException {
        visitor.send(new DatagramPacket(new byte[length], length));
    }

    private void assertStates(TunnelClient client, TunnelState expected) {
        assertThat(state(client)).containsExactly(expected, expected);
    }

    /** What the client says of its tunnel, and what the server says. */
    private List<TunnelState> state(TunnelClient client) {
        return List.of(status(client).state(), group.states().get(0));
    }

    private static TunnelStatus status(TunnelClient client) {
        return client.status().tunnels().get(0);
    }

    private long lost(DatagramLoss reason) {
        return group.datagrams().stream()
                .mapToLong(count -> count.lost().getOrDefault(reason, 0L))
                .sum();
    }

    private static long allocated() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
