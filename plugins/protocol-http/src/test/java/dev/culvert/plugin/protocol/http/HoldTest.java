package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.testkit.KitTunnel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that wait for a client that is away. */
final class HoldTest extends HttpTest {

    private static final HoldSection DEFAULTS = new HoldSection(null, null, null, null);

    private Limits limits = Limits.DEFAULTS;
    private HttpTunnelFactory client;

    @Override
    HttpProtocolFactory settings() {
        return Settings.server(limits, List.of());
    }

    @Test
    void aRequestWaitsForItsClientAndIsAnswered() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(away(origin, DEFAULTS)).get(HOST, "/");
        awaitAsked(1);

        comeBack();

        assertThat(visitor.answer()).isEqualTo("hello");
        RequestReport report = report(0);
        assertThat(report.outcome()).isEqualTo(RequestReport.Outcome.OK);
        assertThat(report.held()).isPositive();
        assertThat(tunnel().refusals()).isEmpty();
        assertThat(visitor.get(HOST, "/").answer()).isEqualTo("hello");
        assertThat(report(1).held()).isZero();
    }

    @Test
    void theyGoOnInTheOrderInWhichTheyCame() throws Exception {
        int port = away(kit.closing(Origin.echo()), DEFAULTS);
        Visitor[] visitors = new Visitor[5];
        for (int i = 0; i < visitors.length; i++) {
            visitors[i] = visit(port).get(HOST, "/" + i);
            awaitAsked(i + 1);
        }

        comeBack();

        for (Visitor visitor : visitors) {
            assertThat(visitor.answer()).isEqualTo("hello");
        }
        List<StreamOrigin> asked = tunnel().origins();
        assertThat(asked.subList(5, 10)).isEqualTo(asked.subList(0, 5));
    }

    @Test
    void oneRequestMoreThanMayWaitIsRefused() throws Exception {
        int port = away(kit.closing(Origin.echo()), new HoldSection(null, null, null, 1));
        Visitor first = visit(port).get(HOST, "/");
        awaitAsked(1);

        refused(visit(port).get(HOST, "/"), "CLV-6016");

        comeBack();
        assertThat(first.answer()).isEqualTo("hello");
    }

    @Test
    void moreBytesThanMayWaitAreRefused() throws Exception {
        int port = away(
                kit.closing(Origin.echo()),
                new HoldSection(List.of("GET", "POST"), null, DataSize.ofKibibytes(1), null));

        refused(visit(port).get(HOST, "/" + "x".repeat(1024)), "CLV-6016");
        refused(visit(port).say(post(4096, "x".repeat(4096))), "CLV-6016");

        Visitor small = visit(port).say(post(4, "body"));
        awaitAsked(3);
        comeBack();
        assertThat(small.answer()).isEqualTo("body");
    }

    @Test
    void allTunnelsTogetherHoldNoMoreThanTheServerAllows() throws Exception {
        limits = limits(1, Duration.ofSeconds(60));
        int port = away(kit.closing(Origin.echo()), DEFAULTS);
        Visitor first = visit(port).get(HOST, "/");
        awaitAsked(1);

        refused(visit(port).get(HOST, "/"), "CLV-6016");

        comeBack();
        assertThat(first.answer()).isEqualTo("hello");
        tunnel().streams().get(0).close().syncUninterruptibly();
        tunnel().leave();
        Visitor next = visit(port).get(HOST, "/"); // the first has given its place back
        awaitAsked(4);
        comeBack();
        assertThat(next.answer()).isEqualTo("hello");
    }

    @Test
    void whatWaitsForTooLongIsToldToComeAgain() throws Exception {
        int port = away(kit.closing(Origin.echo()), new HoldSection(null, Duration.ofMillis(100), null, null));

        refused(visit(port).get(HOST, "/"), "CLV-6015");

        assertThat(report(0).held()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(report(0).outcome()).isEqualTo(RequestReport.Outcome.REFUSED);
    }

    @Test
    void theServerSaysHowLongIsTooLong() throws Exception {
        limits = limits(10, Duration.ofMillis(100));

        refused(visit(away(kit.closing(Origin.echo()), DEFAULTS)).get(HOST, "/"), "CLV-6015");
    }

    @Test
    void aVisitorThatLeavesIsForgotten() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        int port = away(origin, new HoldSection(null, null, null, 1));
        Visitor gone = visit(port).get(HOST, "/gone");
        awaitAsked(1);
        gone.close();
        assertThat(report(0).outcome()).isEqualTo(RequestReport.Outcome.ABORTED);

        Visitor next = visit(port).get(HOST, "/next"); // has its place
        awaitAsked(2);
        comeBack();

        assertThat(next.answer()).isEqualTo("hello");
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void otherMethodsAreRefusedAtOnce() throws Exception {
        int port = away(kit.closing(Origin.echo()), DEFAULTS);
        Visitor visitor = visit(port).say(post(4, "body"));

        assertThat(visitor.head().status()).isEqualTo(502);
        assertThat(tunnel().origins()).hasSize(1);
    }

    @Test
    void aBodyWaitsWhereItIsAndFollows() throws Exception {
        int port = away(kit.closing(Origin.echo()), new HoldSection(List.of("POST"), null, null, null));
        String body = "b".repeat(3_000_000);
        Visitor visitor = visit(port).say(post(body.length(), ""));
        awaitAsked(1);
        Thread writer = new Thread(() -> {
            try {
                visitor.say(body);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();

        comeBack();

        assertThat(visitor.answer()).isEqualTo(body);
        writer.join();
    }

    @Test
    void aClientThatOnlySeemsToBeThereIsAskedNowAndThen() throws Exception {
        int port = away(kit.closing(Origin.echo()), new HoldSection(null, Duration.ofMillis(700), null, null));
        tunnel().flap();

        refused(visit(port).get(HOST, "/"), "CLV-6015");

        assertThat(tunnel().origins()).hasSizeBetween(3, 5);
    }

    @Test
    void theEndOfTheTunnelIsTheEndOfTheWait() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        tunnels.add(tunnel);
        EndpointLease lease = kit.open(
                server(), tunnel, Settings.holding(kit.closing(Origin.echo()).address(), HOST, DEFAULTS));
        Visitor visitor = visit(lease.endpoint().port()).get(HOST, "/");
        awaitAsked(1);

        lease.close();

        refused(visitor, "CLV-3012");
    }

    // --- what the tests are made of

    /** Makes a tunnel whose client has gone; the port of visitors. */
    private int away(Origin origin, HoldSection hold) {
        client = Settings.holding(origin.address(), HOST, hold);
        int port = open(client);
        tunnel().leave();
        return port;
    }

    private void comeBack() {
        tunnel().arrive(kit.client(client));
    }

    private void awaitAsked(int times) {
        await().until(() -> tunnel().origins().size() == times);
    }

    private RequestReport report(int index) {
        await().until(() -> tunnel().reports().size() > index);
        return tunnel().reports().get(index);
    }

    private static void refused(Visitor visitor, String code) throws IOException {
        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("x-culvert-error")).isEqualTo(code);
        assertThat(answer.field("retry-after")).isEqualTo("5");
        assertThat(visitor.body(answer)).contains(code);
    }

    private static String post(int length, String body) {
        return "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    private static Limits limits(int held, Duration age) {
        return new Limits(null, null, null, null, null, null, null, null, null, null, null, null, held, null, age);
    }
}
