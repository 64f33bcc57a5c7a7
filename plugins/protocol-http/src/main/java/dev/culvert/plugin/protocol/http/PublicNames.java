package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.TunnelError;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which names tunnels may have on this server. Thread-safe. */
final class PublicNames {

    private final HostName domain;
    private final List<String> reserved;
    private final @Nullable HostName health;

    /**
     * Makes the rules.
     *
     * @param domain names of one label are below it
     * @param reserved labels below it that no tunnel gets
     * @param health one more name that no tunnel gets
     */
    PublicNames(HostName domain, List<String> reserved, @Nullable HostName health) {
        this.domain = domain;
        this.health = health;
        this.reserved =
                reserved.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList();
    }

    /** The whole name that was asked for. */
    HostName resolve(HostName asked) {
        HostName host = asked.value().indexOf('.') < 0 ? HostName.parse(asked + "." + domain) : asked;
        if (host.equals(domain) || host.isWildcard() && host.covers(HostName.parse("a." + domain))) {
            throw notPermitted(host, "a name below " + domain);
        }
        if (isTooWide(host)) {
            throw notPermitted(host, "a name, or a wildcard with two labels behind it");
        }
        if (host.isBelow(domain) && isReserved(host) || host.equals(health)) {
            throw new CulvertException(TunnelError.NOT_PERMITTED, "host: \"" + host + "\" is reserved.");
        }
        return host;
    }

    /** A name below the domain. */
    HostName below(String label) {
        return HostName.parse(label + "." + domain);
    }

    // A wildcard over a whole top-level domain would take every name there from the others; an address is no name.
    private static boolean isTooWide(HostName host) {
        String name = host.value();
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean wide = host.isWildcard() && name.indexOf('.') == name.lastIndexOf('.');
        return wide || last.chars().allMatch(Character::isDigit);
    }

    private boolean isReserved(HostName host) {
        String below =
                host.value().substring(0, host.value().length() - domain.value().length() - 1);
        String nearest = below.substring(below.lastIndexOf('.') + 1);
        return reserved.stream().anyMatch(label -> label.equals(nearest) || below.startsWith(label + "."));
    }

    private static CulvertException notPermitted(HostName host, String expected) {
        return new CulvertException(TunnelError.NOT_PERMITTED, "host: \"" + host + "\" (expected: " + expected + ").");
    }
}
