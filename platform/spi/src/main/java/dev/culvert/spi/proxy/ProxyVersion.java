package dev.culvert.spi.proxy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which form of the PROXY protocol is written; both are understood. */
public enum ProxyVersion {
    /** A line of text. */
    @JsonProperty("v1")
    V1,

    /** A binary header. */
    @JsonProperty("v2")
    V2
}
