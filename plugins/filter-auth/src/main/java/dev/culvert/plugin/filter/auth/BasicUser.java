package dev.culvert.plugin.filter.auth;

import dev.culvert.spi.Secret;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody with a password.
 *
 * @param name without a colon (RFC 7617, section 2)
 * @param password in a file that is kept safe
 * @param verifier or what to check it with
 */
record BasicUser(
        @NotNull @Pattern(regexp = "[^:\\p{Cntrl}]{1,128}", message = "expected: 1 to 128 characters, no colon")
        String name,

        @Nullable Secret password,
        @Nullable Verifier verifier) {

    BasicUser {
        if ((password == null) == (verifier == null)) {
            throw new IllegalArgumentException("users: expected: password or verifier, for each one of the two");
        }
        if (password != null && password.reveal().isEmpty()) {
            throw new IllegalArgumentException("users: an empty password");
        }
    }

    /** The same with a verifier. Takes long if it has a password. */
    BasicUser verified(String realm) {
        return password == null ? this : new BasicUser(name, null, Verifier.of(realm, name, password.reveal()));
    }
}
