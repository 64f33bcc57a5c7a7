package dev.culvert.spi.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How new visitors are shared between the clients behind one endpoint. */
public enum Balance {
    /** Whoever carries the fewest streams for its weight; those that are equal take turns. */
    @JsonProperty("least-streams")
    LEAST_STREAMS,

    /** In turns, as often as the weights say. */
    @JsonProperty("round-robin")
    ROUND_ROBIN,

    /** By the visitor's address, of IPv6 its /64: the same client as long as it is there. */
    @JsonProperty("source-hash")
    SOURCE_HASH,

    /** Of http: to the client that answered this browser before, as a cookie says; those without one by streams. */
    @JsonProperty("cookie")
    COOKIE
}
