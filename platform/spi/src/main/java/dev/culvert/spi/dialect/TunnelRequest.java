package dev.culvert.spi.dialect;

import dev.culvert.spi.protocol.OnConflict;
import java.util.Map;

/**
 * What a client asks of a server.
 *
 * @param name unique in the session
 * @param type which protocol, {@code tcp}
 * @param onConflict what to do if somebody has the endpoint
 * @param local where the client will reach the service, for display
 * @param parameters what only the protocol understands: JSON values (string, number, boolean, list, map)
 */
public record TunnelRequest(
        String name, String type, OnConflict onConflict, String local, Map<String, Object> parameters) {}
