package dev.culvert.spi.mux;

import dev.culvert.spi.Role;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.transport.PrivateConnection;

/** Turns private connections into links. Thread-safe: one instance serves all connections. */
public interface Multiplexer {

    /**
     * Takes a connection over. Called on its event loop, before it reads.
     *
     * @param connection what a transport made; the link owns it from now on
     * @param role which end this is; decides, for example, whose stream ids are odd
     * @return a link that reads nothing until {@link Link#start()}
     */
    Link open(PrivateConnection connection, Role role);
}
