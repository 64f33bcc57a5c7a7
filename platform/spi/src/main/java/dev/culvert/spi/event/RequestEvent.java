package dev.culvert.spi.event;

import dev.culvert.spi.protocol.RequestReport;

/**
 * A request has ended, on the server.
 *
 * @param tunnel the tunnel's name
 * @param account whose it is
 * @param report what became of it
 */
public record RequestEvent(String tunnel, String account, RequestReport report) {}
