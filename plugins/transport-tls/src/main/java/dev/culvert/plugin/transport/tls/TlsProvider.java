package dev.culvert.plugin.transport.tls;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose TLS is used. */
public enum TlsProvider {
    /** BoringSSL where there is one, else Java's. */
    @JsonProperty("auto")
    AUTO,

    /** BoringSSL, several times faster. */
    @JsonProperty("openssl")
    OPENSSL,

    /** Java's own. */
    @JsonProperty("jdk")
    JDK;

    private static final Logger log = LoggerFactory.getLogger(TlsProvider.class);

    private static final Map<SslProvider, Boolean> ANNOUNCED = new EnumMap<>(SslProvider.class);

    SslProvider choose() {
        boolean openSsl = this != JDK && OpenSsl.isAvailable();
        if (this == OPENSSL && !openSsl) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "transport.provider: \"openssl\" is not available here (" + OpenSsl.unavailabilityCause()
                            + "; expected: \"auto\" or \"jdk\").",
                    OpenSsl.unavailabilityCause());
        }
        SslProvider chosen = openSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
        announce(chosen);
        return chosen;
    }

    private static void announce(SslProvider chosen) {
        synchronized (ANNOUNCED) {
            if (ANNOUNCED.put(chosen, true) == null) {
                log.info(
                        "TLS by {}",
                        chosen == SslProvider.JDK ? "Java " + Runtime.version().feature() : OpenSsl.versionString());
            }
        }
    }
}
