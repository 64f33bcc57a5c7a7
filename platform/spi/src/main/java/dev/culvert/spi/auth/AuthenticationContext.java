package dev.culvert.spi.auth;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the other end before it has proven anything.
 *
 * @param peer its address
 * @param identity who the transport says it is (a certificate's subject, a public key), or null
 * @param bindings channel bindings by their IANA name ({@code tls-server-end-point}), possibly none; equal on both
 *     ends of an undisturbed connection (RFC 5056)
 * @param confidential whether the transport keeps the conversation private
 */
public record AuthenticationContext(
        SocketAddress peer, @Nullable String identity, Map<String, byte[]> bindings, boolean confidential) {

    /**
     * One channel binding.
     *
     * @param type its IANA name
     */
    public Optional<byte[]> binding(String type) {
        return Optional.ofNullable(bindings.get(type));
    }
}
