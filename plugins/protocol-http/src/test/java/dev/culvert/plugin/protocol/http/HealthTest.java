package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.HostName;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a balancer in front is told. */
final class HealthTest extends HttpTest {

    private boolean on = true;

    @Override
    HttpProtocolFactory settings() {
        return new ServerSection()
                .health(on, HostName.parse("health.example.org"))
                .read();
    }

    @Test
    void aBalancerIsToldWhereNoTunnelCanBe() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        for (String host : new String[] {"127.0.0.1", "10.0.0.9:8080", "[::1]", "example.com", "health.example.org"}) {
            for (String path : new String[] {"/healthz", "/readyz"}) {
                visitor.get(host, path);
                Message answer = visitor.head();
                assertThat(answer.status()).as(host + path).isEqualTo(200);
                assertThat(answer.field("cache-control")).isEqualTo("no-store");
                assertThat(visitor.body(answer)).isEqualTo("ok\n");
            }
        }
        assertThat(origin.requests()).isEmpty();
        assertThat(tunnel().reports()).isEmpty();
    }

    @Test
    void aTunnelKeepsItsOwnPathsOfThatName() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.get(HOST, "/healthz");
        assertThat(visitor.answer()).isEqualTo("hello");
        visitor.get(HOST, "/readyz");
        assertThat(visitor.answer()).isEqualTo("hello");
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void otherHostsPathsAndMethodsAreNotThere() throws Exception {
        Visitor visitor = visit(open(kit.closing(Origin.echo())));

        assertThat(status(visitor, "nobody.example.com", "/healthz")).isEqualTo(404);
        assertThat(status(visitor, "127.0.0.1", "/healthz/")).isEqualTo(404);
        assertThat(status(visitor, "127.0.0.1", "/")).isEqualTo(404);
        visitor.say("DELETE /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        Message refused = visitor.head();
        visitor.body(refused);
        assertThat(refused.status()).isEqualTo(404);
    }

    @Test
    void whatIsAboutToStopRunsAndWantsNoVisitors() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        int port = open(origin);

        server().drain();

        Visitor ready = visit(port).get("127.0.0.1", "/readyz");
        Message answer = ready.head();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("connection")).isEqualTo("close");
        assertThat(ready.body(answer)).isEqualTo("draining\n");
        ready.assertEnds();
        assertThat(status(visit(port), "127.0.0.1", "/healthz")).isEqualTo(200);
        assertThat(visit(port).get(HOST, "/").answer()).isEqualTo("hello");
        Visitor late = visit(port).get("gone.example.com", "/");
        Message gone = late.head();
        assertThat(gone.status()).isEqualTo(503);
        assertThat(gone.field("x-culvert-error")).isEqualTo("CLV-6012");
        assertThat(gone.field("retry-after")).isNotNull();
    }

    @Test
    void switchedOffNothingIsTold() throws Exception {
        on = false;
        Visitor visitor = visit(open(kit.closing(Origin.echo())));

        assertThat(status(visitor, "127.0.0.1", "/healthz")).isEqualTo(404);
        assertThat(status(visitor, "health.example.org", "/readyz")).isEqualTo(404);
    }

    @Test
    void noTunnelGetsTheHostOfHealth() throws IOException {
        Origin origin = kit.closing(Origin.echo());

        assertThatThrownBy(() -> open(Settings.tunnel(origin.address(), "health.example.org")))
                .hasMessageContaining("CLV-3004")
                .hasMessageContaining("health.example.org");
    }

    private static int status(Visitor visitor, String host, String path) throws IOException {
        visitor.get(host, path);
        Message answer = visitor.head();
        visitor.body(answer);
        return answer.status();
    }
}
