package dev.culvert.plugin.protocol.tcp;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.culvert.spi.ServiceAddress;

/** What {@code local} of a TCP tunnel says: a service that listens, or a proxy that the client itself is. */
public sealed interface TcpTarget permits ListeningService, ProxyKind {

    /**
     * Reads a target as a file has it.
     *
     * @param value a port, or a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TcpTarget parse(Object value) {
        String text = String.valueOf(value).strip();
        for (ProxyKind kind : ProxyKind.values()) {
            if (kind.toString().equals(text)) {
                return kind;
            }
        }
        if (text.startsWith("file:")) {
            throw new IllegalArgumentException("local: \"" + text
                    + "\" (expected: host:port, a port alone, unix:/path, \"socks5\" or \"http-proxy\"; a directory is"
                    + " served by a tunnel of type \"http\")");
        }
        return new ListeningService(ServiceAddress.parse(value));
    }
}
