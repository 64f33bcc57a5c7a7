package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers may cost a server, and what they may not cost anybody else. */
@Tag("slow")
class StrangersTest {

    private static final int STRANGERS = 5_000;
    private static final int CYCLES = 5;
    private static final long MEBIBYTE = 1024 * 1024;

    @TempDir
    private Path directory;

    @Test
    void fiveThousandOfThemCostAFewMegabytesAndNobodyALogin() throws Exception {
        assumeTrue(limitOfThisProcess() > STRANGERS + 1_000, "needs more descriptors");
        // More places for one source than by default, so that there is something to cost anything.
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory, "max_unauthenticated_per_source = 900");
                LoginClock clock = new LoginClock("127.0.0.3", pair.controlPort());
                Strangers strangers = new Strangers()) {
            Culvert good = pair.startClient(
                    "127.0.0.1:" + clock.port(), "max_interval = \"500ms\"", Pair.tunnel("t", service.port(), 0));
            try (good) {
                Pair.endpoint(good, "t");
                clock.next();
                clock.cut();
                long loginBefore = clock.next().toMillis();
                long before = resident(pair.server());

                long start = System.nanoTime();
                strangers.connect("127.0.0.2", pair.controlPort(), STRANGERS);
                long connected = System.nanoTime();
                AtomicLong closed = new AtomicLong();
                Thread waiting = new Thread(() -> {
                    stay(strangers);
                    closed.set(System.nanoTime());
                });
                waiting.start();
                clock.cut();
                long login = clock.next().toMillis();
                int present = strangers.open();
                long most = resident(pair.server());
                while (waiting.isAlive()) {
                    waiting.join(200);
                    most = Math.max(most, resident(pair.server()));
                }
                long gone = TimeUnit.NANOSECONDS.toMillis(closed.get() - connected);

                System.out.printf(
                        "strangers: %d connected in %d ms, all closed %d ms later, server memory +%d MB,"
                                + " login %d ms beside %d of them (%d ms without them)%n",
                        STRANGERS,
                        TimeUnit.NANOSECONDS.toMillis(connected - start),
                        gone,
                        (most - before) / MEBIBYTE,
                        login,
                        present,
                        loginBefore);
                assertThat(strangers.open()).as("strangers that stay").isZero();
                assertThat(most - before).isLessThanOrEqualTo(80 * MEBIBYTE);
                assertThat(strangers.bytesHeard())
                        .as("bytes that strangers heard")
                        .isZero();
                // 12 s and 1 s on a machine that has nothing else to do.
                assertThat(gone).isLessThan(36_000);
                assertThat(login).isLessThan(10_000);
            }
        }
    }

    @Test
    void withoutDescriptorsTunnelsGoOnAndVisitorsComeBackAfterwards() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit");
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client(Pair.tunnel("t", service.port(), 0));
            int port = Pair.endpoint(client, "t");
            long pid = pair.server().pid();
            try (Socket old = Visitor.connect(port)) {
                assertThat(Visitor.echo(old, "before")).isEqualTo("before");
                for (int cycle = 0; cycle < CYCLES; cycle++) {
                    limit(pid, descriptors(pid) + 10);
                    List<Socket> crowd = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        crowd.add(Visitor.connect(i % 2 == 0 ? port : pair.controlPort()));
                    }
                    int cyclesSoFar = cycle;
                    Awaitility.await()
                            .atMost(Culvert.PATIENCE)
                            .until(() -> pair.server()
                                            .err()
                                            .lines()
                                            .filter(line -> line.contains("cannot accept connections"))
                                            .count()
                                    > cyclesSoFar);

                    long cpu = cpuMillis(pid);
                    long from = System.nanoTime();
                    for (int i = 0; i < 30; i++) {
                        assertThat(Visitor.echo(old, "during")).isEqualTo("during");
                        TimeUnit.MILLISECONDS.sleep(100); // to measure, not to wait
                    }
                    long percent =
                            100 * (cpuMillis(pid) - cpu) / TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);

                    for (Socket one : crowd) {
                        one.close();
                    }
                    long relieved = System.nanoTime();
                    try (Socket late = Visitor.connect(port)) {
                        assertThat(Visitor.echo(late, "after")).isEqualTo("after");
                    }
                    System.out.printf(
                            "descriptors: CPU %d %% while there were none, a visitor served %d ms after relief%n",
                            percent, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - relieved));
                    assertThat(percent).as("CPU").isLessThan(50);
                    limit(pid, 4096);
                }
                assertThat(Visitor.echo(old, "after")).isEqualTo("after");
            }
        }
    }

    @Test
    void whoIsBannedStandsInALineThatTheFilterOfTheManualFinds() throws Exception {
        try (Pair pair = Pair.start(directory, "ban_after = 3", "ban_exempt = []")) {
            for (int i = 0; i < 3; i++) {
                scan("127.0.0.2", pair.controlPort());
            }
            pair.server().await("source banned source=127\\.0\\.0\\.2 seconds=600");
            String manual = Files.readString(Path.of("..", "docs", "operator.md"));
            Matcher filter =
                    Pattern.compile("(?m)^failregex = (.*(?:\\n {12}.*)*)").matcher(manual);
            assertThat(filter.find()).isTrue();
            Path log = Pair.write(directory, "server.log", pair.server().err());

            // As fail2ban does it: <ADDR> stands for an address, and the time stamp has been cut away.
            String script = """
                    import re, sys
                    address = r'(?P<host>\\d+\\.\\d+\\.\\d+\\.\\d+|[0-9a-fA-F:]+)'
                    patterns = [p.strip().replace('<ADDR>', address) for p in sys.argv[1].split('\\n')]
                    for line in open(sys.argv[2]):
                        line = re.sub(r'^\\S+ ', '', line.rstrip())
                        for n, pattern in enumerate(patterns):
                            found = re.search(pattern, line)
                            if found:
                                print(n, found.group('host'))
                    """;
            Process python = new ProcessBuilder("python3", "-c", script, filter.group(1), log.toString())
                    .redirectErrorStream(true)
                    .start();
            List<String> found = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();

            assertThat(found).contains("0 127.0.0.2", "1 127.0.0.2").doesNotContain("0 127.0.0.1");
            assertThat(found.stream().filter("0 127.0.0.2"::equals)).hasSize(3);
            assertThat(metric(pair, "culvert_bans_total")).isEqualTo("1.0");
            assertThat(metric(pair, "culvert_banned_sources")).isEqualTo("1.0");
            // Banned, and its neighbour is not.
            assertThat(fate("127.0.0.2", pair.controlPort())).contains("reset");
        }
    }

    private static void stay(Strangers strangers) {
        long end = System.nanoTime() + Culvert.PATIENCE.toNanos();
        long spoken = System.nanoTime();
        try {
            while (strangers.open() > 0 && System.nanoTime() < end) {
                strangers.look(Duration.ofMillis(50));
                if (System.nanoTime() - spoken > TimeUnit.SECONDS.toNanos(1)) {
                    spoken = System.nanoTime();
                    strangers.speak();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void scan(String from, int port) throws IOException {
        try (Socket stranger = connect(from, port)) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Visitor.fate(stranger);
        }
    }

    // A reset may come while it still connects.
    private static String fate(String from, int port) throws IOException {
        try (Socket stranger = connect(from, port)) {
            return Visitor.fate(stranger);
        } catch (SocketException e) {
            return e.getMessage();
        }
    }

    private static Socket connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static String metric(Pair pair, String name) {
        return Administration.of(pair.server())
                .get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("none");
    }

    private static long resident(Culvert process) throws IOException {
        String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
        Matcher line = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1)) * 1024;
    }

    private static long cpuMillis(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12])); // in hundredths of a second
    }

    private static int descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return (int) open.count();
        }
    }

    private static void limit(long pid, int descriptors) throws Exception {
        Process prlimit = new ProcessBuilder(
                        "/usr/bin/prlimit", "--pid", Long.toString(pid), "--nofile=" + descriptors + ":")
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static long limitOfThisProcess() throws IOException {
        Matcher line = Pattern.compile("(?m)^Max open files\\s+(\\d+)")
                .matcher(Files.readString(Path.of("/proc/self/limits")));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }
}
