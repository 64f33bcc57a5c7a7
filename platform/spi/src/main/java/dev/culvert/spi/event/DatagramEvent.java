package dev.culvert.spi.event;

import dev.culvert.spi.Role;
import dev.culvert.spi.protocol.DatagramCount;

/**
 * Datagrams of a tunnel's visitors.
 *
 * @param role which end tells
 * @param tunnel the tunnel's name
 * @param account whose it is
 * @param count how many since the last time
 */
public record DatagramEvent(Role role, String tunnel, String account, DatagramCount count) {}
