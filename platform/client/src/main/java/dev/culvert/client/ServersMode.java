package dev.culvert.client;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What it means that a client's file names several servers. */
public enum ServersMode {
    /** One at a time: the next when one cannot be reached, in the order of the file. */
    @JsonProperty("failover")
    FAILOVER,
    /** All at the same time, with the same tunnels at each. */
    @JsonProperty("all")
    ALL
}
