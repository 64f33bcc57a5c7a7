package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that begin alike (RFC 4632, RFC 4291), in a file {@code "10.0.0.0/8"}, {@code "2001:db8::/32"} or one
 * address.
 *
 * <p>An IPv4 address that is written as IPv6 ({@code ::ffff:10.0.0.1}, RFC 4291 section 2.5.5.2) is that IPv4 address,
 * here and where addresses are compared. {@code ::/0} is all of IPv6 and nothing of IPv4.
 *
 * @param address the first of them
 * @param prefix how many leading bits they have in common, 0 to 32 or 128
 */
public record SourceNetwork(InetAddress address, int prefix) {

    /** Checks that the prefix fits the address, and that nothing of the address is behind it. */
    public SourceNetwork {
        byte[] bytes = address.getAddress();
        if (prefix < 0 || prefix > 8 * bytes.length) {
            throw new IllegalArgumentException("network: " + address.getHostAddress() + "/" + prefix
                    + " (expected: a prefix of 0 to " + 8 * bytes.length + ")");
        }
        InetAddress first = masked(address, prefix);
        if (!first.equals(address)) {
            throw new IllegalArgumentException("network: " + address.getHostAddress() + "/" + prefix + " (expected: "
                    + first.getHostAddress() + "/" + prefix + ")");
        }
    }

    /**
     * Reads a network as a file has it. Names are not looked up.
     *
     * @param text an address, or an address and a prefix
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static SourceNetwork parse(String text) {
        String written = text.strip();
        int slash = written.indexOf('/');
        String host = slash < 0 ? written : written.substring(0, slash);
        byte[] bytes = bytes(host);
        if (bytes == null) {
            throw malformed(text);
        }
        InetAddress address = of(bytes);
        int most = 8 * address.getAddress().length;
        int prefix = most;
        if (slash >= 0) {
            String bits = written.substring(slash + 1);
            if (!bits.matches("[0-9]{1,3}")) {
                throw malformed(text);
            }
            // A mapped network counts its bits from the start of the IPv6 form.
            prefix = Integer.parseInt(bits) - (8 * bytes.length - most);
            if (prefix < 0 || prefix > most) {
                throw malformed(text);
            }
        }
        return new SourceNetwork(address, prefix);
    }

    /**
     * Whether an address is one of them. Its scope ({@code %eth0}) does not matter.
     *
     * @param other a literal address
     */
    public boolean contains(InetAddress other) {
        byte[] own = address.getAddress();
        byte[] theirs = of(other.getAddress()).getAddress();
        if (own.length != theirs.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (own[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((own[whole] ^ theirs[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    /**
     * Who is counted together with an address: nobody else of IPv4, and the /64 of IPv6, since whoever has one address of that
     * commonly has all of it.
     *
     * @param address where something comes from
     */
    public static SourceNetwork ofSource(InetAddress address) {
        return around(address, address instanceof Inet4Address ? 32 : 64);
    }

    /**
     * The network of a size that an address is in.
     *
     * @param member any of its addresses
     * @param prefix how many leading bits count
     */
    public static SourceNetwork around(InetAddress member, int prefix) {
        return new SourceNetwork(masked(of(member.getAddress()), prefix), prefix);
    }

    /** As a file has it; one address has no prefix. */
    @JsonValue
    @Override
    public String toString() {
        boolean one = prefix == 8 * address.getAddress().length;
        return NetUtil.toAddressString(address) + (one ? "" : "/" + prefix);
    }

    private static byte @Nullable [] bytes(String host) {
        // The lenient forms of others ("010.1", "[::1]", "fe80::1%eth0") mean different things to different readers.
        boolean plain = host.matches("[0-9A-Fa-f:.]+") && !host.matches("(.*[^0-9])?0[0-9]+\\..*|.*\\.0[0-9]+");
        return plain ? NetUtil.createByteArrayFromIpAddressString(host) : null;
    }

    private static InetAddress masked(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.min(8, Math.max(0, prefix - 8 * i));
            bytes[i] &= (byte) (0xff00 >> kept);
        }
        return of(bytes);
    }

    private static InetAddress of(byte[] bytes) {
        try {
            // Makes an IPv4 address of a mapped one.
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes (expected: 4 or 16)", e);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "network: \"" + text + "\" (expected: \"10.0.0.0/8\", \"2001:db8::/32\" or one address)");
    }
}
