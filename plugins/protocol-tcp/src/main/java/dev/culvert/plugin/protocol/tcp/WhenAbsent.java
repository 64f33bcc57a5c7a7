package dev.culvert.plugin.protocol.tcp;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a visitor gets while no client is there or its local service is down. */
public enum WhenAbsent {
    /** RST, as from a machine where nothing listens. */
    @JsonProperty("reset")
    RESET,

    /** The connection is held, unread, until the service is there or {@code wait_timeout} is over. */
    @JsonProperty("wait")
    WAIT
}
