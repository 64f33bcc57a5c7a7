package dev.culvert.engine.wire;

import dev.culvert.spi.auth.AuthenticationContext;
import java.util.HashMap;
import java.util.Map;

/** What two layers of transport know together; the inner one's word counts where both have one. */
final class ContextOfLayers {

    private ContextOfLayers() {}

    static AuthenticationContext merge(AuthenticationContext outer, AuthenticationContext inner) {
        Map<String, byte[]> bindings = new HashMap<>(outer.bindings());
        bindings.putAll(inner.bindings());
        return new AuthenticationContext(
                outer.peer(),
                inner.identity() == null ? outer.identity() : inner.identity(),
                Map.copyOf(bindings),
                outer.confidential() || inner.confidential());
    }
}
