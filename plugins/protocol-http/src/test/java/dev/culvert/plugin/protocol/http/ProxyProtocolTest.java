package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.HostName;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.proxy.ProxyVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The PROXY protocol in front of the listener, and behind it. */
final class ProxyProtocolTest extends HttpTest {

    private List<SourceNetwork> proxies = List.of();

    @Override
    HttpProtocolFactory settings() {
        return new ServerSection().proxyProtocolFrom(proxies).read();
    }

    @Test
    void aProxySpeaksForItsVisitor() throws Exception {
        proxies = List.of(SourceNetwork.parse("127.0.0.0/8"));
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.say("PROXY TCP4 192.0.2.7 198.51.100.1 12345 80\r\n").get(HOST, "/");

        assertThat(visitor.answer()).isEqualTo("hello");
        assertThat(origin.last().field("x-forwarded-for")).isEqualTo("192.0.2.7");
        visitor.get(HOST, "/again");
        assertThat(visitor.answer()).isEqualTo("hello");
    }

    @Test
    void aProxyThatSaysNothingIsReset() throws Exception {
        proxies = List.of(SourceNetwork.parse("127.0.0.0/8"));
        Origin origin = kit.closing(Origin.echo());
        Visitor visitor = visit(open(origin));

        visitor.get(HOST, "/");

        visitor.assertReset();
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void aServiceIsToldWhoVisitsOnAConnectionOfItsOwn() throws Exception {
        Origin origin = kit.closing(Origin.echo());
        int port = open(new HttpTunnelFactory(
                new LocalTarget(origin.address()),
                HostName.parse(HOST),
                "",
                false,
                null,
                null,
                null,
                false,
                null,
                null,
                null,
                null,
                null,
                ProxyVersion.V1,
                null,
                null,
                null));
        for (int i = 0; i < 3; i++) {
            Visitor visitor = visit(port);

            visitor.get(HOST, "/");

            assertThat(visitor.answer()).isEqualTo("hello");
            assertThat(origin.last().start())
                    .startsWith(
                            "PROXY TCP4 127.0.0.1 127.0.0.1 " + visitor.socket().getLocalPort() + " ");
        }
        assertThat(origin.connections()).isEqualTo(3);
    }
}
