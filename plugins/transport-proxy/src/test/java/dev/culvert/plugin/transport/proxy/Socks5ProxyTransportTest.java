package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TransportTck;

/** The bytes are those of RFC 1928 and RFC 1929. */
final class Socks5ProxyTransportTest extends TransportTck {

    @Override
    protected Transport client() {
        return new ProxyTransport(
                new Proxy("socks5", new HostPort("p", 1080), new Login("u", Secret.of("p")), Proxy.TIMEOUT),
                Socks5Connect::new);
    }

    @Override
    protected Transport server() {
        return new ProxyEnd(
                new ProxyEnd.Exchange("\5\2\0\2", "\5\2"),
                new ProxyEnd.Exchange("\1\1u\1p", "\1\0"),
                new ProxyEnd.Exchange("\5\1\0\3\11localhost\17\240", "\5\0\0\1\0\0\0\0\0\0"));
    }

    @Override
    protected boolean hasHandshake() {
        return true;
    }
}
