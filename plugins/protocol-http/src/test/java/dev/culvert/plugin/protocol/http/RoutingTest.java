package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.testkit.KitTunnel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tunnel a request is for, and which names tunnels may have. */
final class RoutingTest extends HttpTest {

    private static final HostPort ANYWHERE = new HostPort("127.0.0.1", 1);

    @Override
    HttpProtocolFactory settings() {
        return Settings.server(null, List.of(SourceNetwork.parse("127.0.0.0/8")));
    }

    @Test
    void theLongestPathOfTheNearestHostWins() throws Exception {
        named("app.example.com", "", "root");
        named("app.example.com", "/api", "api");
        named("app.example.com", "/api/v2", "v2");
        int port = named("*.example.org", "", "wild");
        named("a.b.example.org", "", "exact");

        assertThat(answer(port, "app.example.com", "/")).isEqualTo("root");
        assertThat(answer(port, "app.example.com", "/apix")).isEqualTo("root");
        assertThat(answer(port, "app.example.com", "/api")).isEqualTo("api");
        assertThat(answer(port, "app.example.com", "/api/v1")).isEqualTo("api");
        assertThat(answer(port, "app.example.com", "/api/v2/x?y")).isEqualTo("v2");
        assertThat(answer(port, "x.y.example.org", "/")).isEqualTo("wild");
        assertThat(answer(port, "A.B.Example.ORG.", "/")).isEqualTo("exact");
        assertThat(answer(port, "example.org", "/")).contains("CLV-6002");
        assertThat(answer(port, "[::1]:80", "/")).contains("CLV-6002");
    }

    @Test
    void aRouteThatIsGoneIsFoundOutByAProbe() {
        EndpointLease lease =
                kit.open(server(), kit.tunnel(), Settings.tunnel(ANYWHERE, "app.example.com", "/api", false));
        assertThat(lease.probe().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
        lease.close();

        assertThat(lease.probe().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("CLV-3030");
    }

    @Test
    void aPathThatOthersWouldShortenIsNobodysWherePathsDecide() throws Exception {
        int port = named("app.example.com", "/api", "api");
        named("one.example.com", "", "one");

        for (String path :
                List.of("/api/../x", "/api/%2e%2E/x", "/api/.%2e;a/x", "/api/./x", "/api%2fx", "/api/%5cx")) {
            assertThat(answer(port, "app.example.com", path)).as(path).contains("CLV-6");
            assertThat(answer(port, "one.example.com", path)).as(path).isEqualTo("one");
        }
        assertThat(answer(port, "app.example.com", "/api/.well-known/a..b/...")).isEqualTo("api");
    }

    @Test
    void aPrefixIsStrippedAndFieldsAreChanged() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "Server: secret\r\nX-Powered-By: me\r\n", new byte[0]);
            return true;
        });
        int port = open(new HttpTunnelFactory(
                new LocalTarget(origin.address()),
                HostName.parse("app"),
                "/api/",
                true,
                "local",
                new HeaderFields(Map.of("X-Env", "test"), List.of("X-Debug*")),
                new HeaderFields(Map.of("X-Frame-Options", "DENY"), List.of("server", "x-powered-by")),
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        Visitor visitor = visit(port);

        Message answer = visitor.get(HOST, "/api/users?x=1", "X-Debug: 1", "X-Debug-More: 2")
                .head();
        assertThat(origin.last().start()).isEqualTo("GET /users?x=1 HTTP/1.1");
        assertThat(origin.last().field("host")).isEqualTo(origin.address().toString());
        assertThat(origin.last().field("x-forwarded-host")).isEqualTo(HOST);
        assertThat(origin.last().field("x-env")).isEqualTo("test");
        assertThat(origin.last().field("x-debug-more")).isNull();
        assertThat(answer.field("x-frame-options")).isEqualTo("DENY");
        assertThat(answer.field("server")).isNull();
        visitor.get(HOST, "/api").head();
        assertThat(origin.last().start()).isEqualTo("GET / HTTP/1.1");
    }

    @Test
    void aTrustedProxyIsBelieved() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.get(
                        HOST,
                        "/",
                        "X-Forwarded-For: 6.6.6.6, 203.0.113.7, 127.0.0.9",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: public.example",
                        "X-Request-Id: abc-1",
                        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "tracestate: a=b")
                .answer();

        Message seen = origin.last();
        assertThat(seen.field("x-forwarded-for")).isEqualTo("6.6.6.6, 203.0.113.7, 127.0.0.9, 127.0.0.1");
        assertThat(seen.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(seen.field("x-forwarded-host")).isEqualTo("public.example");
        assertThat(seen.field("x-real-ip")).isEqualTo("203.0.113.7");
        assertThat(seen.field("x-request-id")).isEqualTo("abc-1");
        assertThat(seen.field("traceparent")).contains("0af7651916cd43dd8448eb211c80319c");
        assertThat(seen.field("tracestate")).isEqualTo("a=b");
        assertThat(tunnel().origins().get(0).visitor().getAddress().getHostAddress())
                .isEqualTo("203.0.113.7");
    }

    @Test
    void visitorsAreSentToHttpsOrElsewhere() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        int port = open(new HttpTunnelFactory(
                new LocalTarget(origin.address()),
                HostName.parse("app"),
                null,
                false,
                null,
                null,
                null,
                true,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        open(new HttpTunnelFactory(
                new LocalTarget(origin.address()),
                HostName.parse("old"),
                null,
                false,
                null,
                null,
                null,
                false,
                "https://new.example.com",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        Visitor visitor = visit(port);

        Message answer = visitor.get(HOST, "/a?b").head();
        assertThat(answer.status()).isEqualTo(308);
        assertThat(answer.field("location")).isEqualTo("https://app.example.com/a?b");
        assertThat(visitor.get("old.example.com", "/a?b").head().field("location"))
                .isEqualTo("https://new.example.com/a?b");
        assertThat(visitor.get(HOST, "/", "X-Forwarded-Proto: https").answer()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "www.example.com",
                "_acme-challenge.app.example.com",
                "example.com",
                "*.example.com",
                "*.com",
                "10.0.0.1",
                "WWW.Example.COM."
            })
    void someNamesAreNobodys(String host) {
        assertThatThrownBy(() -> kit.open(server(), kit.tunnel(), Settings.tunnel(ANYWHERE, host)))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(TunnelError.NOT_PERMITTED));
    }

    @Test
    void nobodyTakesVisitorsOfAnotherAccount() {
        claim("alice", "app.example.com", "/api");
        claim("alice", "*.example.org", "");

        assertHeld("bob", "app.example.com", "");
        assertHeld("bob", "app.example.com", "/other");
        assertHeld("bob", "x.example.org", "");
        assertHeld("bob", "*.x.example.org", "");
        assertHeld("alice", "app.example.com", "/api");
        claim("alice", "app.example.com", "/api/v2");
        claim("bob", "bob.example.com", "");
    }

    @Test
    void aNameThatTheServerPicksCanBeReadOut() {
        Endpoint endpoint = claim("alice", null, "");

        assertThat(endpoint.host()).matches("[a-z]+-[a-z]+-[a-z0-9]{6}\\.example\\.com");
        assertThat(endpoint.scheme()).isEqualTo("http");
    }

    @Test
    void errorsAreToldInTheFormThatTheVisitorLikes() throws Exception {
        Visitor visitor = visit(open(kit.closing(Origin.echo())));

        Message text = visitor.get("no.example.com", "/").head();
        assertThat(text.status()).isEqualTo(404);
        assertThat(text.field("content-type")).startsWith("text/plain");
        String id = text.field("x-request-id");
        assertThat(visitor.body(text))
                .contains("404")
                .contains("CLV-6002, request " + id)
                .doesNotContain("example");
        Message json =
                visitor.get("no.example.com", "/", "Accept: application/json").head();
        assertThat(json.field("content-type")).isEqualTo("application/json");
        assertThat(visitor.body(json))
                .startsWith("{\"status\":404,\"error\":\"CLV-6002\"")
                .endsWith("\"}\n");
        Message page = visitor.get("no.example.com", "/", "Accept: text/html,application/xhtml+xml")
                .head();
        assertThat(page.field("content-type")).startsWith("text/html");
        assertThat(visitor.body(page)).contains("<h1>404 Not Found</h1>");
        assertThat(visitor.get(HOST, "/").answer()).as("the connection goes on").isEqualTo("hello");
    }

    private int named(String host, String path, String name) throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "", name.getBytes(ISO_8859_1));
            return true;
        });
        return open(Settings.tunnel(origin.address(), host, path, false));
    }

    private String answer(int port, String host, String path) throws Exception {
        return visit(port).get(host, path).answer();
    }

    private Endpoint claim(String account, String host, String path) {
        KitTunnel tunnel = kit.tunnel(Principal.of(account));
        return kit.open(server(), tunnel, Settings.tunnel(ANYWHERE, host, path, false))
                .endpoint();
    }

    private void assertHeld(String account, String host, String path) {
        assertThatThrownBy(() -> claim(account, host, path))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(TunnelError.ENDPOINT_HELD));
    }
}
