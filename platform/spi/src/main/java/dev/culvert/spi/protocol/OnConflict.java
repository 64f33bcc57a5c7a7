package dev.culvert.spi.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens when a client asks for an endpoint that another client of the same account holds. */
public enum OnConflict {
    /** The newcomer is refused. */
    @JsonProperty("reject")
    REJECT,

    /** The newcomer gets all new visitors; the streams of the one before go on. */
    @JsonProperty("replace")
    REPLACE,

    /** New visitors are shared between all who ask for this. */
    @JsonProperty("balance")
    BALANCE
}
