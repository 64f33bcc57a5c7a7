package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What several clients behind one endpoint promise, through a whole server and whole clients. */
final class GroupTest {

    private static final Duration PATIENCE = Group.PATIENCE;

    @TempDir
    private Path directory;

    private final int http = FreePort.any();
    private final int port = FreePort.any();
    private Group group;

    @BeforeEach
    void start() {
        group = Group.start(
                directory, List.of(Map.of("type", "tcp"), Map.of("type", "http", "bind", "127.0.0.1:" + http)));
    }

    @AfterEach
    void stop() throws Exception {
        group.close();
    }

    @Test
    void takesTurnsAsTheWeightsSay() throws Exception {
        member("a", tcp("balance", "round-robin", "weight", 3));
        member("b", tcp("balance", "round-robin"));

        assertThat(count(40)).isEqualTo(Map.of("a", 30, "b", 10));
    }

    @Test
    void whoeverHasTheFewestStreamsForItsWeightIsNext() throws Exception {
        EchoService heavy = group.closing(EchoService.start());
        EchoService light = group.closing(EchoService.start());
        group.client(tcp("local", heavy.address(), "weight", 2));
        group.client(tcp("local", light.address()));
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Socket visitor = group.closing(new Socket("127.0.0.1", port));
            held.add(visitor);
            visitor.getOutputStream().write('x');
            assertThat(visitor.getInputStream().read()).isEqualTo('x');
        }

        assertThat(List.of(heavy.connections(), light.connections())).containsExactly(8, 4);
    }

    @Test
    void aSourceStaysWithItsClientAndOthersAreNotMovedWhenOneLeaves() throws Exception {
        CutWire wire = group.wire();
        member("a", tcp("balance", "source-hash"));
        member("b", tcp("balance", "source-hash"), wire);
        member("c", tcp("balance", "source-hash"));
        Map<String, String> before = bySource();
        assertThat(bySource()).isEqualTo(before);
        assertThat(before.values()).contains("a", "b", "c");

        wire.cut();
        await().atMost(PATIENCE).until(() -> group.clients() == 2);

        Map<String, String> after = bySource();
        assertThat(after.values()).doesNotContain("b");
        before.forEach((source, name) -> {
            if (!name.equals("b")) {
                assertThat(after).as(source).containsEntry(source, name);
            }
        });
    }

    @Test
    void requestsTakeTurnsAlsoOnStreamsThatAreKept() throws Exception {
        member("a", http("balance", "round-robin"));
        member("b", http("balance", "round-robin", "weight", 2));
        Map<String, Integer> counts = new HashMap<>();

        for (int i = 0; i < 30; i++) {
            counts.merge(body(post("one")), 1, Integer::sum);
        }

        assertThat(counts).isEqualTo(Map.of("a", 10, "b", 20));
    }

    @Test
    void aCookieBringsABrowserBackAndToAnotherWhenItsOwnIsGone() throws Exception {
        CutWire wire = group.wire();
        Service first = member("a", http("balance", "cookie"), wire);
        member("b", http("balance", "cookie"));
        String answer = post("one");
        for (int i = 0; !body(answer).equals("a"); i++) {
            assertThat(i)
                    .as("requests without a cookie that went to one of two")
                    .isLessThan(10);
            answer = post("one");
        }
        String cookies = "Cookie: mine=1; " + cookieOf(answer).replaceAll("^Cookie: |\r\n$", "") + "; its=2\r\n";

        for (int i = 0; i < 10; i++) {
            String again = post("one", cookies);
            assertThat(body(again)).isEqualTo("a");
            assertThat(again).doesNotContainIgnoringCase("set-cookie");
        }
        assertThat(first.cookies).isEqualTo("mine=1; its=2");

        wire.cut();
        await().atMost(PATIENCE).until(() -> group.clients() == 1);
        assertThat(body(post("one", cookies))).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "tcp"})
    void theLossOfOneUnderLoadFailsNothingButWhatItHad(String type) throws Exception {
        CutWire wire = group.wire();
        int at = type.equals("http") ? http : port;
        Service kept = member("kept", tunnel(type, "balance", "round-robin"));
        Service killed = member("killed", tunnel(type, "balance", "round-robin"), wire);
        AtomicBoolean over = new AtomicBoolean();
        Set<String> failed = ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicLong lastFailure = new AtomicLong(Long.MIN_VALUE);
        AtomicInteger afterwards = new AtomicInteger();
        ExecutorService visitors = executor();
        group.closing((AutoCloseable) visitors::shutdownNow);
        Stalls stalls = group.closing(new Stalls());
        for (int i = 0; i < 8; i++) {
            int visitor = i;
            visitors.execute(() -> {
                for (int n = 0; !over.get(); n++) {
                    boolean known = group.hasLostOne();
                    String id = visitor + "-" + n;
                    String answer = post(at, id, "");
                    if (answer.startsWith("HTTP/1.1 200")) {
                        afterwards.addAndGet(known ? 1 : 0);
                    } else {
                        lastFailure.accumulateAndGet(System.nanoTime(), (a, b) -> Math.max(a, b));
                        failed.add(id);
                        if (known) {
                            wrong.add(answer);
                        }
                    }
                }
            });
        }
        await().atMost(PATIENCE).until(() -> kept.seen.size() > 200 && killed.seen.size() > 200);
        assertThat(failed).as("before").isEmpty();

        long kill = System.nanoTime();
        lastFailure.set(kill);
        wire.cut();

        await().atMost(PATIENCE).until(() -> afterwards.get() > 200);
        over.set(true);
        visitors.shutdown();
        assertThat(visitors.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).as("begun when the server knew").isEmpty();
        assertThat(failed).as("not on the one that was killed").doesNotContainAnyElementsOf(kept.seen);
        assertThat(Duration.ofNanos(lastFailure.get() - kill))
                .as("from the kill to the last failure, without the time when the machine ran nobody")
                .isLessThan(Duration.ofMillis(100).plus(stalls.between(kill, lastFailure.get())));
        int had = killed.seen.size();
        wire.mend();
        await().atMost(PATIENCE).until(() -> {
            post(at, "one", "");
            return killed.seen.size() > had;
        });
    }

    @Test
    void oneThatMayTakeNoMoreLeavesItsTurnToTheNextAndNobodyIsRefused() throws Exception {
        EchoService limited = group.closing(EchoService.start());
        group.client(tcp("local", limited.address(), "balance", "round-robin", "max_connections", 1));
        try (Socket held = new Socket("127.0.0.1", port)) {
            held.getOutputStream().write('x');
            assertThat(held.getInputStream().read()).isEqualTo('x');
            member("b", tcp("balance", "round-robin"));

            assertThat(count(10)).isEqualTo(Map.of("b", 10));

            assertThat(limited.connections()).isOne();
        }
    }

    @Test
    void oneThatIsGoingToStopGetsNothingNewAndKeepsWhatItHas() throws Exception {
        EchoService going = group.closing(EchoService.start());
        TunnelClient leaving = group.client(tcp("local", going.address()));
        try (Socket held = new Socket("127.0.0.1", port)) {
            held.getOutputStream().write('x');
            assertThat(held.getInputStream().read()).isEqualTo('x');
            member("b", tcp());
            int had = going.connections();
            Thread stopping = new Thread(() -> leaving.stop(PATIENCE));
            stopping.start();
            await().atMost(PATIENCE).until(() -> group.states().contains(TunnelState.DRAINING));

            assertThat(count(10)).isEqualTo(Map.of("b", 10));

            assertThat(going.connections()).isEqualTo(had);
            held.getOutputStream().write('y');
            assertThat(held.getInputStream().read()).isEqualTo('y');
            held.close();
            stopping.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source-hash", "cookie"})
    void whoeverBelongsToOneThatIsGoingToStopGoesToAnotherThoughItsStreamsAreKept(String balance) throws Exception {
        Service going = group.closing(Service.start("a", 0));
        Map<String, Object> tunnel = http("balance", balance, "local", "127.0.0.1:" + going.port);
        TunnelClient leaving = group.client(tunnel);
        member("b", http("balance", balance));
        String source = "127.0.0.1";
        String answer = post(source, http, "one", "");
        for (int i = 1; !body(answer).equals("a"); i++) {
            assertThat(i).as("visits that went to one of two").isLessThan(200);
            source = "127.0.1." + i;
            answer = post(source, http, "one", "");
        }
        String cookie = cookieOf(answer);
        String its = source;
        for (int i = 0; i < 3; i++) {
            assertThat(body(post(its, http, "one", cookie))).isEqualTo("a"); // on a stream that is kept
        }
        ExecutorService executor = executor();
        group.closing((AutoCloseable) executor::shutdownNow);
        Future<String> held = executor.submit(() -> post(its, http, "hold", cookie));
        await().atMost(PATIENCE).until(() -> going.seen.contains("hold"));
        Future<?> stopping = executor.submit(() -> leaving.stop(PATIENCE));
        await().atMost(PATIENCE).until(() -> group.states().contains(TunnelState.DRAINING));

        for (int i = 0; i < 5; i++) {
            assertThat(body(post(its, http, "one", cookie))).isEqualTo("b");
        }

        going.release.countDown();
        assertThat(body(held.get(20, TimeUnit.SECONDS))).isEqualTo("a");
        stopping.get(20, TimeUnit.SECONDS);
    }

    @Test
    void sourcesAreSharedByWeightAndStayAlsoWhereStreamsAreKept() throws Exception {
        member("light", http("balance", "source-hash"));
        member("heavy", http("balance", "source-hash", "weight", 3));
        Map<String, String> before = new LinkedHashMap<>();
        for (int i = 1; i <= 200; i++) {
            before.put("127.0.1." + i, body(post("127.0.1." + i, http, "one", "")));
        }

        before.forEach((source, name) ->
                assertThat(body(post(source, http, "two", ""))).as(source).isEqualTo(name));
        // 150 of 200 by the weights; six standard deviations.
        assertThat(before.values().stream().filter("heavy"::equals).count()).isBetween(113L, 187L);
    }

    @Test
    void oneWhoseServiceIsGoneIsLeftOutUntilItIsBack() throws Exception {
        Service gone = member("a", tcp("balance", "round-robin", "probe", true));
        member("b", tcp("balance", "round-robin", "probe", true));
        await().atMost(PATIENCE).until(() -> group.states().equals(List.of(TunnelState.READY, TunnelState.READY)));
        gone.close();
        await().atMost(PATIENCE).until(() -> {
            new Socket("127.0.0.1", port).close(); // a visitor may be the first to find it gone
            return group.states().contains(TunnelState.DEGRADED);
        });

        assertThat(count(10)).isEqualTo(Map.of("b", 10));

        group.closing(Service.start("a", gone.port));
        await().atMost(PATIENCE).until(() -> group.states().equals(List.of(TunnelState.READY, TunnelState.READY)));
        assertThat(count(10)).isEqualTo(Map.of("a", 5, "b", 5));
    }

    @Test
    void oneThatIsNotWellGetsNobodyUntilItIsAgain() throws Exception {
        Map<String, Object> check = Map.of("path", "/well", "interval", "20ms", "failures", 2, "successes", 2);
        Map<String, Object> tunnel = http("balance", "round-robin");
        tunnel.put("health_check", check);
        Service ill = member("a", tunnel);
        member("b", http("balance", "round-robin"));
        for (int i = 0; i < 4; i++) {
            post("one"); // streams to both are kept
        }
        ill.well = false;
        await().atMost(PATIENCE).until(() -> group.states().contains(TunnelState.DEGRADED));
        assertThat(group.reasons())
                .anySatisfy(reason -> assertThat(reason).startsWith("CLV-5007").contains("answered 500 to GET /well"));

        assertThat(bodies(10)).isEqualTo(Map.of("b", 10));

        ill.well = true;
        await().atMost(PATIENCE).until(() -> !group.states().contains(TunnelState.DEGRADED));
        assertThat(bodies(10)).isEqualTo(Map.of("a", 5, "b", 5));
    }

    @Test
    void aServiceThatIsNotWellIsAsGoodAsAbsentAndSaidOnBothEnds() throws Exception {
        int local = FreePort.any();
        Map<String, Object> tunnel = tcp("local", "127.0.0.1:" + local, "when_absent", "wait", "wait_timeout", "20s");
        tunnel.put("health_check", Map.of("interval", "20ms"));
        TunnelClient client = group.client(tunnel);
        await().atMost(PATIENCE).until(() -> group.states().contains(TunnelState.DEGRADED));
        assertThat(client.status().tunnels().get(0).state()).isEqualTo(TunnelState.DEGRADED);
        assertThat(client.status().tunnels().get(0).reason())
                .startsWith("CLV-5007")
                .contains("127.0.0.1:" + local);

        try (Socket visitor = new Socket("127.0.0.1", port)) {
            visitor.setSoTimeout(20_000);
            visitor.getOutputStream().write('x');
            group.closing(EchoService.start(local));

            assertThat(visitor.getInputStream().read()).isEqualTo('x');
        }
        await().atMost(PATIENCE).until(() -> !group.states().contains(TunnelState.DEGRADED));
    }

    @Test
    void aServiceThatTakesNoConnectionsIsNotChecked() {
        Map<String, Object> tunnel = Group.keys("type", "udp", "local", "127.0.0.1:53");
        tunnel.put("health_check", Map.of());

        assertThatThrownBy(() -> group.client(tunnel))
                .hasMessageStartingWith("CLV-1004")
                .hasMessageContaining("health_check (expected: none");
    }

    // --- what the tests are made of

    private Map<String, Integer> bodies(int requests) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < requests; i++) {
            counts.merge(body(post("one")), 1, Integer::sum);
        }
        return counts;
    }

    private Map<String, Object> tunnel(String type, Object... keys) {
        return type.equals("http") ? http(keys) : tcp(keys);
    }

    private Map<String, Object> tcp(Object... keys) {
        Map<String, Object> tunnel = Group.keys(keys);
        tunnel.put("type", "tcp");
        tunnel.put("port", port);
        return tunnel;
    }

    private static Map<String, Object> http(Object... keys) {
        Map<String, Object> tunnel = Group.keys(keys);
        tunnel.put("type", "http");
        tunnel.put("host", "web");
        return tunnel;
    }

    private Service member(String name, Map<String, Object> tunnel) throws Exception {
        return member(name, tunnel, group.wire());
    }

    private Service member(String name, Map<String, Object> tunnel, CutWire wire) throws Exception {
        Service service = group.closing(Service.start(name, 0));
        tunnel.put("local", "127.0.0.1:" + service.port);
        group.client(wire, tunnel);
        return service;
    }

    private Map<String, Integer> count(int visits) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < visits; i++) {
            counts.merge(visit("127.0.0.1"), 1, Integer::sum);
        }
        return counts;
    }

    private Map<String, String> bySource() throws IOException {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 1; i <= 60; i++) {
            String source = "127.0.1." + i;
            names.put(source, visit(source));
        }
        return names;
    }

    /** Who answers a visitor from there. */
    private String visit(String source) throws IOException {
        try (Socket visitor = new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(source), 0)) {
            visitor.setSoTimeout(20_000);
            visitor.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return body(new String(visitor.getInputStream().readAllBytes(), UTF_8));
        }
    }

    /** What a request is answered; a POST is never sent twice. */
    private String post(String id) {
        return post(id, "");
    }

    private String post(String id, String fields) {
        return post(http, id, fields);
    }

    private static String post(int port, String id, String fields) {
        return post("127.0.0.1", port, id, fields);
    }

    private static String post(String source, int port, String id, String fields) {
        try (Socket visitor = source.equals("127.0.0.1")
                ? new Socket("127.0.0.1", port)
                : new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(source), 0)) {
            visitor.setSoTimeout(20_000);
            String request = "POST /" + id + " HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n" + fields
                    + "Content-Length: 4\r\n\r\nbody";
            visitor.getOutputStream().write(request.getBytes(UTF_8));
            return new String(visitor.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The field that brings back the cookie of an answer; empty where that gave none. */
    private static String cookieOf(String answer) {
        Matcher cookie =
                Pattern.compile("(?i)set-cookie: (culvert_client=[0-9a-f]+);").matcher(answer);
        return cookie.find() ? "Cookie: " + cookie.group(1) + "\r\n" : "";
    }

    private static String body(String answer) {
        return answer.substring(answer.lastIndexOf('\n') + 1);
    }

    private static ExecutorService executor() {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A service that answers with its name. */
    private static final class Service implements AutoCloseable {

        final int port;
        final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final HttpServer http;
        final CountDownLatch release = new CountDownLatch(1);
        volatile boolean well = true;
        volatile String cookies;
        private final ExecutorService executor = executor();
        private final String name;

        private Service(String name, HttpServer http) {
            this.name = name;
            this.http = http;
            port = http.getAddress().getPort();
        }

        static Service start(String name, int port) throws IOException {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
            Service service = new Service(name, http);
            http.setExecutor(service.executor);
            http.createContext("/", service::answer);
            http.start();
            return service;
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                if (exchange.getRequestURI().getPath().equals("/well")) {
                    exchange.sendResponseHeaders(well ? 204 : 500, -1);
                    return;
                }
                cookies = exchange.getRequestHeaders().getFirst("Cookie");
                seen.add(exchange.getRequestURI().getPath().substring(1));
                if (exchange.getRequestURI().getPath().equals("/hold")) {
                    release.await();
                }
                byte[] body = name.getBytes(UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed
            }
        }

        @Override
        public void close() {
            http.stop(0);
            executor.shutdownNow();
        }
    }

    /** When the machine kept a thread waiting that only wanted to look at the clock: no visitor can be faster. */
    private static final class Stalls implements AutoCloseable {

        private static final long TICK_NANOS = 1_000_000;

        private final Queue<long[]> stalls = new ConcurrentLinkedQueue<>();
        private volatile boolean over;

        Stalls() {
            executor().execute(() -> {
                while (!over) {
                    long before = System.nanoTime();
                    LockSupport.parkNanos(TICK_NANOS);
                    long after = System.nanoTime();
                    if (after - before > 2 * TICK_NANOS) {
                        stalls.add(new long[] {before, after});
                    }
                }
            });
        }

        /** How long it was kept waiting from one moment to another, in all. */
        Duration between(long from, long to) {
            return Duration.ofNanos(stalls.stream()
                    .mapToLong(stall ->
                            Math.max(0, Math.min(stall[1] - from, to - from) - Math.max(0, stall[0] - from)))
                    .sum());
        }

        @Override
        public void close() {
            over = true;
        }
    }
}
