package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.ProtocolTck;
import java.io.IOException;
import java.net.Socket;

final class TcpProtocolTckTest extends ProtocolTck {

    @Override
    protected ProtocolFactory protocol() {
        return Visits.defaults();
    }

    @Override
    protected TunnelFactory tunnel(HostPort local) {
        return Visits.tunnel(local);
    }

    @Override
    protected TunnelFactory tunnelAt(HostPort local, Endpoint endpoint) {
        return Visits.tunnel(local, endpoint.port());
    }

    @Override
    protected Service service() throws IOException {
        EchoService echo = EchoService.start();
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
        try (Socket visitor = Visits.visit(endpoint)) {
            return Visits.ask(visitor, question);
        }
    }
}
