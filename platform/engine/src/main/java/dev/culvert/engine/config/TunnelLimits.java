package dev.culvert.engine.config;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.TunnelError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many visitors a tunnel may have, and how fast they are. The platform's own keys, which travel among the parameters of
 * any protocol.
 *
 * @param bandwidth bytes a second in each direction, all visitors together; null for no limit
 * @param connections how many visitors at once; null for no limit
 * @param connectionsPerSource how many of them of one source; null for no limit
 */
public record TunnelLimits(
        @Nullable DataSize bandwidth,
        @Nullable Integer connections,
        @Nullable Integer connectionsPerSource) {

    /** No limits. */
    public static final TunnelLimits NONE = new TunnelLimits(null, null, null);

    private static final String BANDWIDTH = "bandwidth";
    private static final String CONNECTIONS = "max_connections";
    private static final String PER_SOURCE = "max_connections_per_source";

    // Below this, one read would have to pause a visitor for minutes.
    private static final DataSize LEAST_BANDWIDTH = DataSize.ofKibibytes(1);

    /** Refuses what would let nothing through. */
    public TunnelLimits {
        if (bandwidth != null && bandwidth.compareTo(LEAST_BANDWIDTH) < 0) {
            throw new IllegalArgumentException(
                    BANDWIDTH + ": " + bandwidth + " (expected: at least " + LEAST_BANDWIDTH + " a second)");
        }
        requirePositive(CONNECTIONS, connections);
        requirePositive(PER_SOURCE, connectionsPerSource);
    }

    /** Adds those that there are to a tunnel's parameters. */
    public void writeTo(Map<String, Object> parameters) {
        if (bandwidth != null) {
            parameters.put(BANDWIDTH, bandwidth.bytes());
        }
        if (connections != null) {
            parameters.put(CONNECTIONS, connections);
        }
        if (connectionsPerSource != null) {
            parameters.put(PER_SOURCE, connectionsPerSource);
        }
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @param parameters as the other end sent them
     * @throws CulvertException ({@link TunnelError#INVALID_PARAMETERS}) if they are something else
     */
    public static TunnelLimits of(Map<String, Object> parameters) {
        try {
            Object bandwidth = parameters.get(BANDWIDTH);
            return new TunnelLimits(
                    bandwidth == null ? null : DataSize.parse(bandwidth),
                    integer(CONNECTIONS, parameters.get(CONNECTIONS)),
                    integer(PER_SOURCE, parameters.get(PER_SOURCE)));
        } catch (IllegalArgumentException e) {
            throw new CulvertException(TunnelError.INVALID_PARAMETERS, "tunnel parameters: " + e.getMessage() + ".", e);
        }
    }

    private static @Nullable Integer integer(String key, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number) || number.longValue() != number.intValue()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: a whole number)");
        }
        return number.intValue();
    }

    private static void requirePositive(String key, @Nullable Integer most) {
        if (most != null && most < 1) {
            throw new IllegalArgumentException(key + ": " + most + " (expected: at least 1)");
        }
    }
}
