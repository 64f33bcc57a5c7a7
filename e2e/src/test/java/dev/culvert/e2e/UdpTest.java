package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** UDP tunnels, as people use them. */
@Tag("slow")
class UdpTest {

    private static final Path DNSPERF = Path.of("/usr/bin/dnsperf");

    private static final int FLOWS = 9_900; // of 10,000 that there may be

    private static final int QUERIES = Boolean.getBoolean("culvert.soak") ? 100_000 : 10_000;

    // Where even a tenth of what the machine carries is little, the test must not take for ever.
    private static final int LEAST_QUERIES_A_SECOND = 1_000;

    private static final String PROTOCOL = """
        [[protocol]]
        type = "udp"
        bind = "127.0.0.1"
        """;

    @TempDir
    private Path directory;

    @Test
    void oneLineMakesAServicePublic() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL);
                Culvert client = Culvert.start(
                        Culvert.home(),
                        directory,
                        Map.of("CULVERT_TOKEN", Pair.TOKEN),
                        "udp",
                        String.valueOf(service.port()),
                        "--server",
                        "127.0.0.1:" + pair.controlPort(),
                        "--transport",
                        "plain")) {
            int port = Integer.parseInt(client.await("^udp://127\\.0\\.0\\.1:(\\d+) -> localhost:" + service.port()));

            assertThat(Datagrams.ask(port, "anybody there?")).isEqualTo("anybody there?");
        }
    }

    @Test
    void datagramsOfEveryLengthComeAndGoAsTheyAre() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL);
                DatagramSocket visitor = Datagrams.visitor("127.0.0.1")) {
            int port = endpoint(pair.client(tunnel(service.port())));

            for (int length : new int[] {1, 0, 1_200, 0, 1_472, 65_507, 0, 9_000}) {
                byte[] sent = new byte[length];
                new Random(length).nextBytes(sent);
                assertThat(Datagrams.ask(visitor, port, sent))
                        .as("%d bytes", length)
                        .isEqualTo(sent);
            }
            assertThat(service.peers()).isEqualTo(1);
        }
    }

    @Test
    void aFlowHasItsLinesInTheLogAndItsPlaceInTheMetrics() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL)) {
            int port = endpoint(pair.client(tunnel(service.port(), "idle_timeout = \"500ms\"", "max_flows = 1")));
            Administration server = new Administration(pair.adminPort());

            try (DatagramSocket visitor = Datagrams.visitor("127.0.0.1")) {
                for (int i = 0; i < 2; i++) { // whoever asks again has not forged its address
                    assertThat(Datagrams.ask(visitor, port, new byte[5])).hasSize(5);
                }
            }
            try (DatagramSocket one = Datagrams.visitor("127.0.0.1")) {
                Datagrams.send(one, port, new byte[1]);
                assertThat(Datagrams.isSilent(one))
                        .as("one flow more than max_flows")
                        .isTrue();
            }

            pair.server().await("open tunnel=dns visitor=127\\.0\\.0\\.1:\\d+ endpoint=127\\.0\\.0\\.1:" + port);
            pair.server().await("end tunnel=dns .* in=10 out=10 .* how=\"closed\"");
            pair.server().await("refused tunnel=dns .* how=\"CLV-3017: .*max_flows: 1");
            pair.client().await("end tunnel=dns .* in=10 out=10 .* how=\"closed\"");
            await().untilAsserted(() -> assertThat(server.get("/metrics"))
                    .contains("culvert_datagrams_total{account=\"default\",direction=\"in\",tunnel=\"dns\"}" + " 2.0")
                    .contains("culvert_datagrams_dropped_total{account=\"default\",reason=\"flows\",tunnel=\"dns\"}"
                            + " 1.0"));
            assertThat(Datagrams.ask(port, "room again")).isEqualTo("room again");
        }
    }

    @Test
    void aNewSessionCarriesTheFlowsOfTheOldOne() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL);
                DatagramSocket visitor = Datagrams.visitor("127.0.0.1")) {
            int port = endpoint(pair.client(tunnel(service.port())));
            assertThat(Datagrams.ask(visitor, port, new byte[] {1})).containsExactly(1);
            pair.client().kill();

            endpoint(pair.client(tunnel(service.port(), "port = " + port)));

            assertThat(Datagrams.ask(visitor, port, new byte[] {2})).containsExactly(2);
        }
    }

    @Test
    void aFlowHoldsUpNoEnd() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL)) {
            Culvert client = pair.client(tunnel(service.port()));
            assertThat(Datagrams.ask(endpoint(client), "x")).isEqualTo("x");

            client.terminate();

            assertThat(client.exitCode()).isZero();
        }
    }

    @Test
    void whatNoneButTheServiceSentIsNoAnswer() throws Exception {
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL);
                DatagramSocket visitor = Datagrams.visitor("127.0.0.1");
                DatagramSocket neighbour = Datagrams.visitor("127.0.0.1");
                DatagramSocket stranger = Datagrams.visitor("127.0.0.77")) {
            int port = endpoint(pair.client(tunnel(service.port())));
            assertThat(Datagrams.ask(visitor, port, new byte[] {1})).containsExactly(1);
            int flow = service.lastPeer(); // where the client waits for the service's answers

            Datagrams.send(neighbour, flow, new byte[] {2});
            Datagrams.send(stranger, flow, new byte[] {3});
            // And where the server waits for visitors: an answer goes to whoever asked, and to nobody else.
            assertThat(Datagrams.ask(stranger, port, new byte[] {4})).containsExactly(4);

            assertThat(Datagrams.isSilent(visitor)).isTrue();
            assertThat(Datagrams.isSilent(neighbour)).isTrue();
            assertThat(Datagrams.ask(visitor, port, new byte[] {5})).containsExactly(5);
        }
    }

    @Test
    void aFloodOfForgedSourcesLocksNobodyOut() throws Exception {
        try (RemotePlace place = somewhere();
                Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL.replace("127.0.0.1", place.nearAddress()));
                DatagramSocket known = Datagrams.visitor(place.nearAddress())) {
            Culvert client = pair.client(tunnel(service.port(), "max_flows = 500", "idle_timeout = \"3s\""));
            int port = Integer.parseInt(client.await("^udp://\\S+:(\\d+) -> .*\\[dns\\]"));
            assertThat(isAnswered(known, place.nearAddress(), port)).isTrue();
            Figures figures = new Figures(client);
            int descriptors = figures.descriptors().size();

            Process flood = place.start(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    ForgedSources.class.getName(),
                    place.nearAddress(),
                    String.valueOf(port),
                    "10000");
            while (flood.isAlive()) {
                assertThat(isAnswered(known, place.nearAddress(), port))
                        .as("known")
                        .isTrue();
                try (DatagramSocket visitor = Datagrams.visitor(place.nearAddress())) {
                    assertThat(isAnswered(visitor, place.nearAddress(), port))
                            .as("new")
                            .isTrue();
                }
                assertThat(figures.descriptors().size()).isLessThan(descriptors + 550);
                flood.waitFor(50, TimeUnit.MILLISECONDS);
            }

            assertThat(flood.exitValue()).isZero();
            String evicted = "culvert_flows_evicted_total\\{account=\"default\",tunnel=\"dns\"\\} ([0-9.E]+)";
            await().until(() -> {
                Matcher count = Pattern.compile(evicted).matcher(new Administration(pair.adminPort()).get("/metrics"));
                return count.find() && Double.parseDouble(count.group(1)) > 1_000;
            });
            await().until(() -> figures.descriptors().size() <= descriptors + 10);
        }
    }

    private static RemotePlace somewhere() throws Exception {
        try {
            RemotePlace place = RemotePlace.make(9);
            place.forge(ForgedSources.NETWORK);
            return place;
        } catch (IOException e) {
            return abort("no network namespaces here, so no source is forged: " + e.getMessage());
        }
    }

    /** Whether an answer comes, to one of three datagrams: nobody but the server is to blame for more than that. */
    private static boolean isAnswered(DatagramSocket visitor, String host, int port) throws IOException {
        visitor.setSoTimeout(1_000);
        for (int i = 0; i < 3; i++) {
            visitor.send(new DatagramPacket(new byte[] {1}, 1, InetAddress.getByName(host), port));
            try {
                Datagrams.receive(visitor);
                return true;
            } catch (SocketTimeoutException e) {
                // once more
            }
        }
        return false;
    }

    @Test
    void tenThousandFlowsAreAnsweredAndCostLittle() throws Exception {
        List<DatagramSocket> visitors = new ArrayList<>();
        try (Datagrams service = Datagrams.echo();
                Pair pair = Pair.start(directory, PROTOCOL)) {
            Culvert client = pair.client(tunnel(service.port()));
            int port = endpoint(client);
            Figures atServer = new Figures(pair.server());
            Figures atClient = new Figures(client);
            assertThat(Datagrams.ask(port, "the stream is there")).isEqualTo("the stream is there");
            long serverBefore = atServer.heap();
            long clientBefore = atClient.heap();

            for (int i = 0; i < FLOWS; i++) {
                DatagramSocket visitor = new DatagramSocket(new InetSocketAddress("127.0.1." + (1 + i % 10), 0));
                visitors.add(visitor);
                for (int j = 0; j < 2; j++) { // twice: then its address is not forged, and it is not the first to go
                    assertThat(isAnswered(visitor, "127.0.0.1", port))
                            .as("flow %d", i)
                            .isTrue();
                }
            }

            assertThat(service.peers()).isGreaterThanOrEqualTo(FLOWS);
            assertThat((atServer.heap() - serverBefore) / FLOWS)
                    .as("bytes a flow, server")
                    .isLessThan(1_200);
            assertThat((atClient.heap() - clientBefore) / FLOWS)
                    .as("bytes a flow, client")
                    .isLessThan(3_000);
        } finally {
            visitors.forEach(DatagramSocket::close);
        }
    }

    @Test
    void ofATenthOfTheQueriesThatCouldBeCarriedNoneIsLost() throws Exception {
        assumeTrue(Files.isExecutable(DNSPERF), "needs dnsperf (apt install dnsperf)");
        assumeTrue(Files.isExecutable(DnsServer.DNSMASQ), "needs dnsmasq (apt install dnsmasq-base)");
        Path names = Files.write(
                directory.resolve("names"),
                List.of("www.example.com A", "example.com MX", "a.long.name.below.example.org AAAA"));
        try (DnsServer service = DnsServer.start();
                Pair pair = Pair.start(directory, PROTOCOL)) {
            int port = endpoint(pair.client(tunnel(service.port())));
            String most = dnsperf(port, names, "-l", "2", "-t", "1");
            Matcher rate = Pattern.compile("Queries per second: +([0-9]+)").matcher(most);
            assertThat(rate.find()).as(most).isTrue();
            int tenth = Math.max(LEAST_QUERIES_A_SECOND, Integer.parseInt(rate.group(1)) / 10);

            String said =
                    dnsperf(port, names, "-Q", String.valueOf(tenth), "-n", String.valueOf(QUERIES / 3), "-t", "5");

            assertThat(said).containsPattern("Queries lost: +0 \\(0\\.00%\\)");
            assertThat(said).containsPattern("Queries completed: +" + 3 * (QUERIES / 3) + " ");
            assertThat(said).doesNotContain("SERVFAIL");
        }
    }

    private static String dnsperf(int port, Path names, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(DNSPERF.toString(), "-s", "127.0.0.1", "-p"));
        command.addAll(List.of(String.valueOf(port), "-d", names.toString(), "-c", "20", "-q", "1000"));
        command.addAll(List.of(more));
        Process asking = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(asking.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static String tunnel(int local, String... more) {
        return """
            [[tunnel]]
            type = "udp"
            name = "dns"
            local = "127.0.0.1:%d"
            """.formatted(local) + String.join("\n", more) + "\n";
    }

    private static int endpoint(Culvert client) {
        return Integer.parseInt(client.await("^udp://127\\.0\\.0\\.1:(\\d+) -> .*\\[dns\\]"));
    }
}
