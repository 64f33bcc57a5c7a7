package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.testkit.ProtocolTck;
import java.io.IOException;

final class TlsProtocolTckTest extends ProtocolTck {

    @Override
    protected ProtocolFactory protocol() {
        return new TlsProtocolFactory(
                new HostPort("127.0.0.1", 0), HostName.parse("example.com"), null, null, null, null, null, null, null);
    }

    @Override
    protected TunnelFactory tunnel(HostPort local) {
        return new TlsTunnelFactory(HostName.parse("kit"), local, null, null, null);
    }

    @Override
    protected TunnelFactory tunnelAt(HostPort local, Endpoint endpoint) {
        return new TlsTunnelFactory(HostName.parse(endpoint.host()), local, null, null, null);
    }

    @Override
    protected Service service() throws IOException {
        TlsEcho echo = TlsEcho.start();
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
        return TlsEcho.ask(endpoint.port(), endpoint.host(), question);
    }
}
