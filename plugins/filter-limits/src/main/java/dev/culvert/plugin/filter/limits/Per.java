package dev.culvert.plugin.filter.limits;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.http.HttpExchange;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/** Which requests share a limit. */
enum Per {
    /** Those of one tunnel. */
    @JsonProperty("tunnel")
    TUNNEL,

    /** Those to one host name. */
    @JsonProperty("host")
    HOST,

    /** Those to all tunnels of one account. */
    @JsonProperty("account")
    ACCOUNT,

    /** Those from one address; in IPv6 from one /64, since a visitor has all of it. */
    @JsonProperty("source")
    SOURCE,

    /** All. */
    @JsonProperty("everything")
    EVERYTHING;

    private static final int IPV6_PREFIX = 64;

    /** What the requests that share a limit have in common; keys of one kind only are compared. */
    Object key(HttpExchange exchange) {
        return switch (this) {
            case TUNNEL -> List.of(exchange.account(), exchange.tunnel());
            case HOST -> exchange.identity().host();
            case ACCOUNT -> exchange.account();
            case SOURCE -> source(exchange.identity().source().getAddress());
            case EVERYTHING -> "";
        };
    }

    private static Object source(InetAddress address) {
        if (address == null) {
            return "";
        }
        // A mapped address is its IPv4 address here as everywhere.
        SourceNetwork own = SourceNetwork.parse(NetUtil.toAddressString(address));
        return own.address() instanceof Inet6Address ? SourceNetwork.around(own.address(), IPV6_PREFIX) : own.address();
    }
}
