package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import dev.culvert.spi.TunnelError;

/** Holds what a principal does against its rights: when a tunnel opens, and again for each of its streams. */
final class Permission {

    private Permission() {}

    static void require(Principal principal, String type, String name) {
        if (!principal.rights().allowsType(type)) {
            throw refused(principal, "tunnels of type \"" + type + "\"");
        }
        if (!principal.rights().allowsName(name)) {
            throw refused(principal, "a tunnel named \"" + name + "\"");
        }
    }

    static void require(Principal principal, Endpoint endpoint) {
        if (!principal.rights().allows(endpoint)) {
            boolean port = endpoint.port() != 0 && !principal.rights().allowsPort(endpoint.port());
            throw refused(principal, port ? "port " + endpoint.port() : "host \"" + endpoint.host() + "\"");
        }
    }

    private static CulvertException refused(Principal principal, String what) {
        return new CulvertException(
                TunnelError.NOT_PERMITTED, "principal \"" + principal.name() + "\" has no right to " + what + ".");
    }
}
