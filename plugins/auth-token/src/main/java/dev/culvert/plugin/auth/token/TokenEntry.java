package dev.culvert.plugin.auth.token;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.Flattened;
import dev.culvert.spi.Principal;
import dev.culvert.spi.RightsSection;
import dev.culvert.spi.Secret;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One token in a server's file, {@code [[auth.tokens]]}; {@code culvert token new} prints it.
 *
 * @param name the public name that the token carries; required, unique on the server
 * @param principal who the holder is; default the name. Several tokens of one principal are good at once
 * @param account whose quotas count; default the principal
 * @param verifier what the token is checked against, {@code SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}; required
 * @param expires when the token ends; default never
 * @param rights what the holder may do: the keys of {@link RightsSection}, beside those above; default everything
 */
public record TokenEntry(
        @NotNull @Pattern(regexp = Token.NAME, message = Token.NAME_EXPECTED)
        String name,

        @Nullable @Pattern(regexp = TokenEntry.OWNER, message = TokenEntry.OWNER_EXPECTED)
        String principal,

        @Nullable @Pattern(regexp = TokenEntry.OWNER, message = TokenEntry.OWNER_EXPECTED)
        String account,

        @NotNull Secret verifier,
        @Nullable Expiry expires,
        @Flattened @Valid RightsSection rights) {

    /** What a principal or an account may be called: it stands in a file between spaces, and in labels of metrics. */
    static final String OWNER = "[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,63}";

    static final String OWNER_EXPECTED =
            "expected: letters, digits and . _ @ : / + -, at most 64, a letter or digit first";

    private static final RightsSection NO_LIMITS =
            new RightsSection(null, null, null, null, null, null, null, null, null);

    /** Refuses a verifier in another form, without repeating it. */
    public TokenEntry {
        rights = requireNonNullElse(rights, NO_LIMITS);
        if (verifier != null) { // its absence is told by validation
            Verifier.parse(verifier.reveal());
        }
    }

    /** The token as the server uses it. */
    TokenGrant grant() {
        String owner = requireNonNullElse(principal, name);
        Principal holder = new Principal(owner, requireNonNullElse(account, owner), owner, rights.rights());
        return new TokenGrant(name, holder, Verifier.parse(verifier.reveal()), expires == null ? null : expires.at());
    }
}
