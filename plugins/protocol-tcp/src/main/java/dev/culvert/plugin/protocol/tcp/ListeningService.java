package dev.culvert.plugin.protocol.tcp;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.culvert.spi.ServiceAddress;

/**
 * A service that listens: {@code 127.0.0.1:3000}, {@code unix:/run/app.sock}.
 *
 * @param address where
 */
public record ListeningService(@JsonValue ServiceAddress address) implements TcpTarget {

    @Override
    public String toString() {
        return address.shown();
    }
}
