package dev.culvert.plugin.transport.noise;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens when a key has sealed enough. */
public enum Rekey {

    /** Each end renews its key after 2^20 messages or one hour. */
    @JsonProperty("on")
    ON(Rekeying.ON),

    /** The connection ends after 2^20 messages: for a peer that renews no keys. */
    @JsonProperty("off")
    OFF(Rekeying.OFF);

    final Rekeying rekeying;

    Rekey(Rekeying rekeying) {
        this.rekeying = rekeying;
    }
}
