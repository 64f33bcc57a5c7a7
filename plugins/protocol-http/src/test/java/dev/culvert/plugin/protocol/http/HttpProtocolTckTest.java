package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.testkit.ProtocolTck;
import java.io.IOException;

final class HttpProtocolTckTest extends ProtocolTck {

    @Override
    protected ProtocolFactory protocol() {
        return Settings.server();
    }

    @Override
    protected TunnelFactory tunnel(HostPort local) {
        return Settings.tunnel(local, null);
    }

    @Override
    protected TunnelFactory tunnelAt(HostPort local, Endpoint endpoint) {
        return Settings.tunnel(local, endpoint.host());
    }

    @Override
    protected Service service() throws IOException {
        Origin echo = Origin.echo();
        return new Service() {
            @Override
            public HostPort address() {
                return echo.address();
            }

            @Override
            public void close() throws IOException {
                echo.close();
            }
        };
    }

    @Override
    protected String ask(Endpoint endpoint, String question) throws IOException {
        try (Visitor visitor = Visitor.to(endpoint.port())) {
            visitor.say("POST / HTTP/1.1\r\nHost: " + endpoint.host() + "\r\nContent-Length: " + question.length()
                    + "\r\n\r\n" + question);
            Message answer = visitor.head();
            String body = new String(answer.body(visitor.in()), ISO_8859_1);
            if (answer.status() != 200) {
                throw new IOException(answer.start() + ": " + body);
            }
            return body;
        }
    }
}
