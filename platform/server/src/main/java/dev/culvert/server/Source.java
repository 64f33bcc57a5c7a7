package dev.culvert.server;

import dev.culvert.spi.SourceNetwork;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a connection comes from: whom to hold responsible, and how that is written. */
final class Source {

    private Source() {}

    /** Who is counted together: an IPv4 address, an IPv6 network of 64 bits, or an address of another kind. */
    static Object of(SocketAddress peer) {
        InetAddress address = address(peer);
        return address == null ? peer : SourceNetwork.ofSource(address);
    }

    static @Nullable InetAddress address(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** {@code 192.0.2.1:7000}, {@code [2001:db8::1]:7000}. */
    static String text(@Nullable SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet) {
            return NetUtil.toSocketAddressString(inet);
        }
        return peer == null ? "-" : peer.toString();
    }
}
