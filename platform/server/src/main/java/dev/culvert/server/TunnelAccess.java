package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.TunnelError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads which visitors a tunnel is for: {@code allow} and {@code deny} among the parameters of any protocol. */
final class TunnelAccess {

    private static final int MOST = 256;

    private TunnelAccess() {}

    static SourceNetworks of(Map<String, Object> parameters) {
        return new SourceNetworks(networks("allow", parameters.get("allow")), networks("deny", parameters.get("deny")));
    }

    private static List<SourceNetwork> networks(String key, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.size() > MOST) {
            throw invalid(key + ": (expected: a list of at most " + MOST + " networks).", null);
        }
        try {
            return list.stream().map(String::valueOf).map(SourceNetwork::parse).toList();
        } catch (IllegalArgumentException e) {
            throw invalid(key + ": " + e.getMessage() + ".", e);
        }
    }

    private static CulvertException invalid(String detail, @Nullable Throwable cause) {
        return new CulvertException(TunnelError.INVALID_PARAMETERS, "tunnel parameters: " + detail, cause);
    }
}
