package dev.culvert.engine.control;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages in a browser of the same machine from giving commands: a page cannot set the header without being asked,
 * and one that has its own name resolve to this machine is told by that name.
 */
public final class CommandGuard {

    /** Has to be there; any value. */
    public static final String HEADER = "Culvert-Command";

    private CommandGuard() {}

    /**
     * Refuses a request that no command of this machine has made.
     *
     * @param header the request's {@link #HEADER}
     * @param host the request's {@code Host}
     */
    public static void require(@Nullable String header, @Nullable String host) {
        if (header == null || header.isBlank()) {
            throw new CulvertException(
                    ConfigError.COMMAND_REFUSED, "a command without the header " + HEADER + " was not done.");
        }
        String name = host == null ? "" : withoutPort(host).toLowerCase(Locale.ROOT);
        if (!name.equals("localhost") && !NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            throw new CulvertException(
                    ConfigError.COMMAND_REFUSED,
                    "a command for a host of another name was not done (expected: an address, or localhost).");
        }
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            return host.substring(1, Math.max(1, host.indexOf(']')));
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }
}
