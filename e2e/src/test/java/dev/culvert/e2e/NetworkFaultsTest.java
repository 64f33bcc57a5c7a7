package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the wire between a client and its server, and what visitors see of it. */
@Tag("slow")
class NetworkFaultsTest {

    // Silence is noticed after 5 s with an open stream, a session is dead 10 s later.
    private static final long PROMISED_MILLIS = 15_000;
    private static final long BEARABLE_MILLIS = 30_000;

    private static final Duration BLACKHOLE =
            Boolean.getBoolean("culvert.soak") ? Duration.ofSeconds(40) : Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> open = new ArrayList<>();
    private static final List<Remote> remotes = new ArrayList<>();
    private static Ends ends;
    private static Culvert nearby;
    private static int nearbyPort;

    /** A client in a place of its own, whose service is here. */
    private record Remote(RemotePlace place, Culvert client, int port) {}

    /** A server with one client beside it and three in other places. */
    @BeforeAll
    static void start() throws Exception {
        List<RemotePlace> places = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                places.add(opened(RemotePlace.make(i)));
            }
        } catch (IOException e) {
            abort("no network namespaces here, so the wire is not cut: " + e.getMessage());
        }
        ends = opened(Ends.start(directory, "", Map.of()));
        nearby = opened(ends.client(
                "127.0.0.1:" + ends.controlPort(),
                "client_id = \"nearby\"",
                Pair.tunnel("nearby", opened(Service.echo()).port(), 0)));
        nearbyPort = Ends.endpoint(nearby, "nearby");
        for (RemotePlace place : places) {
            String name = "remote" + remotes.size();
            Service service =
                    opened(Service.start(place.nearAddress(), 0, (connection, in, out) -> in.transferTo(out)));
            Culvert client = opened(ends.client(
                    place.home(directory),
                    name,
                    place.nearAddress() + ":" + ends.controlPort(),
                    "client_id = \"" + name + "\"",
                    Pair.tunnel(name, service.port(), 0).replace("127.0.0.1", place.nearAddress())));
            remotes.add(new Remote(place, client, Ends.endpoint(client, name)));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void aLinkThatIsKilledIsBuiltAgainAndNobodyElseNotices() throws Exception {
        Remote remote = remotes.get(0);
        try (Socket bystander = Visitor.connect(nearbyPort);
                Socket other = Visitor.connect(remotes.get(1).port);
                Socket visitor = Visitor.connect(remote.port)) {
            for (Socket socket : List.of(bystander, other, visitor)) {
                assertThat(Visitor.echo(socket, "here")).isEqualTo("here");
            }
            String killed;
            try {
                killed = remote.place.inside("ss", "-K", "-tn", "dport", "=", ":" + ends.controlPort());
            } catch (IOException e) {
                killed = e.getMessage();
            }
            long since = System.nanoTime();
            assumeTrue(killed.contains("ESTAB"), "ss cannot kill sockets here: " + killed);

            assertThat(Visitor.fate(visitor)).isEqualTo(Visitor.RESET);
            long millis = millisUntilServed(remote, since);

            System.out.println("ms from the link's death to served: " + millis);
            assertThat(millis).isLessThan(BEARABLE_MILLIS);
            for (Socket socket : List.of(bystander, other)) {
                assertThat(Visitor.echo(socket, "still")).isEqualTo("still");
            }
        }
    }

    @Test
    void aWireThatLosesEverythingIsNoticedAndVisitorsAreReset() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        Map<Remote, Socket> visitors = new LinkedHashMap<>();
        try (Socket bystander = Visitor.connect(nearbyPort)) {
            assertThat(Visitor.echo(bystander, "here")).isEqualTo("here");
            for (Remote remote : remotes) {
                Socket visitor = opened(Visitor.connect(remote.port));
                assertThat(Visitor.echo(visitor, "here")).isEqualTo("here");
                visitors.put(remote, visitor);
            }
            Map<Remote, Integer> sessions = new LinkedHashMap<>();
            remotes.forEach(remote -> sessions.put(remote, losses(remote)));

            long broken = System.nanoTime();
            remotes.get(0).place.loseWhatGoesThere();
            remotes.get(0).place.loseWhatComesFromThere();
            remotes.get(1).place.loseWhatGoesThere();
            remotes.get(2).place.loseWhatComesFromThere();

            List<Future<Long>> latecomers = new ArrayList<>();
            for (Remote remote : remotes) {
                latecomers.add(threads.submit((Callable<Long>) () -> {
                    assertThat(Visitor.fateAt(remote.port)).isEqualTo(Visitor.RESET);
                    return millisSince(broken);
                }));
            }
            List<Future<Long>> resets = new ArrayList<>();
            for (Socket visitor : visitors.values()) {
                resets.add(threads.submit((Callable<Long>) () -> {
                    assertThat(Visitor.fate(visitor)).isEqualTo(Visitor.RESET);
                    return millisSince(broken);
                }));
            }
            List<Long> millisToLatecomers = results(latecomers);
            System.out.println("ms from the loss to the reset of those who came after it: " + millisToLatecomers
                    + " (promised: 10000)");
            assertThat(resets).as("who is carried already may be carried on").noneMatch(Future::isDone);
            List<Long> millisToReset = results(resets);
            System.out.println("ms from the loss to the visitors' reset: " + millisToReset + " (promised: "
                    + PROMISED_MILLIS + ")");
            assertThat(millisToReset).allSatisfy(millis -> assertThat(millis).isLessThan(BEARABLE_MILLIS));
            for (Remote remote : remotes) {
                // The other end notices by itself: nobody can tell it.
                Awaitility.await()
                        .atMost(Duration.ofMillis(BEARABLE_MILLIS))
                        .until(() -> losses(remote) > sessions.get(remote));
                assertThat(Visitor.fateAt(remote.port)).as("nobody hangs").isEqualTo(Visitor.RESET);
            }
            assertThat(Visitor.echo(bystander, "still")).isEqualTo("still");
            // It is the time itself that is tested, and not something that could be waited for.
            TimeUnit.MILLISECONDS.sleep(Math.max(0, BLACKHOLE.toMillis() - millisSince(broken)));

            List<Future<Long>> back = new ArrayList<>();
            long healed = System.nanoTime();
            for (Remote remote : remotes) {
                remote.place.heal();
                back.add(threads.submit((Callable<Long>) () -> millisUntilServed(remote, healed)));
            }
            List<Long> millisToBack = results(back);

            System.out.println("ms from the mend to served: " + millisToBack);
            assertThat(millisToBack).allSatisfy(millis -> assertThat(millis).isLessThan(BEARABLE_MILLIS));
            assertThat(Visitor.echo(bystander, "yet")).isEqualTo("yet");
        } finally {
            threads.shutdownNow();
            for (Remote remote : remotes) {
                remote.place.heal();
            }
        }
    }

    /** How often a client has lost its server so far. */
    private static int losses(Remote remote) {
        return (int) (remote.client.out() + "\n" + remote.client.err())
                .lines()
                .filter(line -> line.contains("Next attempt in"))
                .count();
    }

    private static long millisUntilServed(Remote remote, long since) throws InterruptedException {
        while (millisSince(since) < Culvert.PATIENCE.toMillis()) {
            try (Socket visitor = Visitor.connect(remote.port)) {
                if (Visitor.echo(visitor, "back").equals("back")) {
                    return millisSince(since);
                }
            } catch (IOException e) {
                // Not yet.
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("not back within " + Culvert.PATIENCE + ": " + remote.client);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private static <T> List<T> results(List<Future<T>> futures) throws Exception {
        List<T> all = new ArrayList<>();
        for (Future<T> future : futures) {
            all.add(future.get());
        }
        return all;
    }

    private static <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }
}
