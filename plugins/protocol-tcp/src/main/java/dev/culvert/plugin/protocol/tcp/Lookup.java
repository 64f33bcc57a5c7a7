package dev.culvert.plugin.protocol.tcp;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a name. May block. */
@FunctionalInterface
interface Lookup {

    /** What the system knows. */
    Lookup SYSTEM = InetAddress::getAllByName;

    /** At least one. */
    InetAddress[] addresses(String name) throws UnknownHostException;
}
