package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A proxy as a file has it.
 *
 * @param type how it is spoken to
 * @param address where it is
 * @param login what it asks for, or null
 * @param timeout how long it may take
 */
record Proxy(String type, HostPort address, @Nullable Login login, Duration timeout) {

    static final Duration TIMEOUT = Duration.ofSeconds(8);

    static Proxy of(String type, HostPort address, @Nullable Login login, Duration timeout, Role role) {
        if (role == Role.SERVER) {
            throw invalid("transport " + type + " in a server's file (expected: in a client's, which connects).");
        }
        if (address.port() == 0) {
            throw invalid("transport " + type + ": address: " + address + " (expected: host:port of the proxy).");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw invalid("transport " + type + ": timeout: " + timeout + " (expected: more than 0).");
        }
        return new Proxy(type, address.orHost("localhost"), login, timeout);
    }

    @Override
    public String toString() {
        return type + " " + address;
    }

    private static CulvertException invalid(String detail) {
        return new CulvertException(ConfigError.INVALID_VALUE, detail);
    }
}
