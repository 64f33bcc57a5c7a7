package dev.culvert.plugin.transport.tls;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.netty.handler.ssl.ClientAuth;

/** Whether clients need a certificate. */
public enum ClientCertificates {
    /** Nobody without one gets in, and whoever has one needs no other credential. */
    @JsonProperty("required")
    REQUIRED(ClientAuth.REQUIRE),

    /** Who has one needs no other credential; the others are for {@code [[auth]]}. */
    @JsonProperty("optional")
    OPTIONAL(ClientAuth.OPTIONAL);

    private final ClientAuth netty;

    ClientCertificates(ClientAuth netty) {
        this.netty = netty;
    }

    ClientAuth netty() {
        return netty;
    }
}
