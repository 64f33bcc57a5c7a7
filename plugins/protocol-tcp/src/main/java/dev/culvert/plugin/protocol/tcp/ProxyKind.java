package dev.culvert.plugin.protocol.tcp;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How visitors say where they want to go, if the client itself is the service. */
public enum ProxyKind implements TcpTarget {
    /** SOCKS 5 (RFC 1928), the command CONNECT. */
    SOCKS5,

    /** The method CONNECT of HTTP/1.1 (RFC 9110, section 9.3.6). */
    HTTP_PROXY;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
