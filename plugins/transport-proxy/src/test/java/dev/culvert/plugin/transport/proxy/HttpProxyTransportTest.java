package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TransportTck;

final class HttpProxyTransportTest extends TransportTck {

    @Override
    protected Transport client() {
        return new ProxyTransport(
                new Proxy("http-proxy", new HostPort("p", 3128), new Login("u", Secret.of("p")), Proxy.TIMEOUT),
                HttpConnect::new);
    }

    @Override
    protected Transport server() {
        return new ProxyEnd(new ProxyEnd.Exchange(
                "CONNECT localhost:4000 HTTP/1.1\r\nhost: localhost:4000\r\nproxy-authorization: Basic dTpw\r\n\r\n",
                "HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n"));
    }

    @Override
    protected boolean hasHandshake() {
        return true;
    }
}
