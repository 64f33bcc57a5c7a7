package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** An address of the server, in the one form in which two that are equal look equal. */
public final class BindAddress {

    /** All addresses, IPv4 and IPv6. */
    public static final String ALL = "";

    private BindAddress() {}

    /**
     * Reads what a file or a client says. Names are not looked up: which of the server's addresses a name means is not
     * for its clients to find out.
     *
     * @param text an IPv4 or IPv6 address; null, empty, {@code *} or {@code ::} for all
     */
    public static String canonical(@Nullable String text) {
        if (text == null || text.isBlank() || text.equals("*")) {
            return ALL;
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
        if (address == null) {
            throw new IllegalArgumentException("bind: \"" + text + "\" (expected: an IP address of the server)");
        }
        String canonical = NetUtil.toAddressString(address);
        return canonical.equals("::") ? ALL : canonical;
    }

    /**
     * The address to bind for a tunnel.
     *
     * @param asked what the tunnel asks for, {@linkplain #canonical canonical}
     * @param only the one address that the server's file allows, canonical; {@link #ALL} allows every one
     * @throws CulvertException if the server does not allow it ({@link TunnelError#NOT_PERMITTED})
     */
    public static String permitted(String asked, String only) {
        if (asked.equals(ALL) || asked.equals(only)) {
            return only;
        }
        if (!only.equals(ALL)) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED, "bind: " + asked + " (expected: " + only + " on this server).");
        }
        return asked;
    }
}
