package dev.culvert.plugin.protocol.tcp;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.culvert.spi.HostName;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.SourceNetwork;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where visitors of a proxy may go: {@code 10.0.0.0/8:22}, {@code [fd00::/8]:443}, {@code db.internal.example:5432},
 * {@code *.example.com:8000-8999}, {@code 10.0.0.5:*}. Exactly one of name and network is there.
 *
 * @param name those that the visitor asks for by a name, wherever that leads, except to {@linkplain Reserved reserved}
 *     addresses and, if it is a pattern, to private ones
 * @param network those with an address in it, asked for by that or by any name; reserved ones only if all of the network is
 * @param ports which of their ports
 */
public record Destination(@Nullable HostName name, @Nullable SourceNetwork network, PortRange ports) {

    private static final PortRange ALL = new PortRange(1, 65535);
    private static final String LOCALHOST = "localhost";

    /** Checks that there is one of them. */
    public Destination {
        if ((name == null) == (network == null)) {
            throw new IllegalArgumentException("destination: needs a name or a network");
        }
        if (name != null && (name.value().equals(LOCALHOST) || name.value().endsWith("." + LOCALHOST))) {
            throw new IllegalArgumentException(
                    "destination: \"" + name + "\" (expected: 127.0.0.1 or [::1] for this machine)");
        }
    }

    /**
     * Reads one as a file has it.
     *
     * @param text host and port
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Destination parse(String text) {
        String written = text.strip();
        int colon = written.lastIndexOf(':');
        if (colon <= 0) {
            throw malformed(text);
        }
        String host = written.substring(0, colon);
        String port = written.substring(colon + 1);
        PortRange ports = port.equals("*") ? ALL : PortRange.parse(port);
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            return new Destination(null, SourceNetwork.parse(host.substring(1, host.length() - 1)), ports);
        }
        if (host.indexOf(':') >= 0 || host.equals("*")) {
            throw malformed(text);
        }
        return host.indexOf('/') >= 0 || Wanted.endsInNumber(host)
                ? new Destination(null, SourceNetwork.parse(host), ports)
                : new Destination(HostName.parse(host), null, ports);
    }

    /** Whether a visitor may ask for a name. */
    boolean covers(HostName asked, int port) {
        return name != null && name.covers(asked) && ports.contains(port);
    }

    /**
     * Whether a name that this covers may lead to an address. Names below a pattern are made by others, who could point one at
     * anything in the client's network; the name that stands here itself is one that the file's author has looked at.
     */
    boolean mayLeadTo(InetAddress address) {
        return name != null && Reserved.around(address) == null && !(name.isWildcard() && Reserved.isPrivate(address));
    }

    /** Whether an address may be connected to. */
    boolean covers(InetAddress address, int port) {
        if (network == null || !network.contains(address) || !ports.contains(port)) {
            return false;
        }
        SourceNetwork reserved = Reserved.around(address);
        return reserved == null || reserved.contains(network.address()) && network.prefix() >= reserved.prefix();
    }

    /** Whether there are addresses that may be connected to at this port. */
    boolean mayLeadTo(int port) {
        return network != null && ports.contains(port);
    }

    @JsonValue
    @Override
    public String toString() {
        String shown = String.valueOf(name != null ? name : network);
        return (shown.indexOf(':') >= 0 ? "[" + shown + "]" : shown) + ":" + (ports.equals(ALL) ? "*" : ports);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("destination: \"" + text + "\" (expected: \"10.0.0.0/8:22\","
                + " \"[fd00::/8]:443\", \"db.example.com:5432\" or \"*.example.com:8000-8999\")");
    }
}
