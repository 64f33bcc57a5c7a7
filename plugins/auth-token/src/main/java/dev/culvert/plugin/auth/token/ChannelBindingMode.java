package dev.culvert.plugin.auth.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.auth.AuthenticationContext;

/** Whether a login is tied to the connection that carries it. */
public enum ChannelBindingMode {
    /** Wherever the transport has a channel binding, and then never without it. */
    @JsonProperty("auto")
    AUTO,

    /** Never, on both ends: for connections whose encryption a proxy or CDN ends. */
    @JsonProperty("off")
    OFF;

    // One mechanism, not a choice: whoever sits in the middle could otherwise take the stronger one off the list.
    String mechanism(AuthenticationContext context) {
        return this == OFF || context.bindings().isEmpty() ? Scram.MECHANISM : Scram.MECHANISM_PLUS;
    }
}
