package dev.culvert.plugin.transport.noise;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client that its key lets in. {@code [[listen.transport.peer]]}.
 *
 * @param publicKey the client's public key, base64 of 32 bytes; required
 * @param principal whose it is; required
 * @param account whose quotas count; default the principal
 */
public record NoisePeer(
        @NotNull @Pattern(regexp = Keys.FORM, message = Keys.EXPECTED)
        String publicKey,

        @NotNull @Pattern(regexp = NAME, message = "expected: 1 to 64 of a-z A-Z 0-9 . _ @ + -")
        String principal,

        @Nullable @Pattern(regexp = NAME, message = "expected: 1 to 64 of a-z A-Z 0-9 . _ @ + -")
        String account) {

    static final String NAME = "[A-Za-z0-9._@+-]{1,64}";

    Principal identity() {
        return new Principal(principal, requireNonNullElse(account, principal), principal, Rights.ALL);
    }
}
