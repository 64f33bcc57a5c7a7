package dev.culvert.plugin.protocol.http;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.HostPort;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;

/**
 * Where visitors connect by TLS: {@code [protocol.tls]}.
 *
 * @param bind where; default {@code :8443}, all addresses
 * @param certificates which names this server answers for
 */
public record TlsSection(HostPort bind, @NotEmpty @Valid List<Pair> certificates) {

    /** Fills in the default. */
    public TlsSection {
        bind = requireNonNullElse(bind, new HostPort("", 8443));
        certificates = List.copyOf(requireNonNullElse(certificates, List.of()));
    }

    /**
     * A certificate with its chain, and its key; both PEM, read again when they change.
     *
     * @param certificate the file of the chain, the server's own first; it is for the names that it says
     * @param key the file of the key, PKCS#8, not encrypted
     */
    public record Pair(
            @NotBlank String certificate, @NotBlank String key) {}
}
