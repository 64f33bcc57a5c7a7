package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An issuer's keys at one time.
 *
 * @param keys those that a section's signatures can be verified with
 */
record KeySet(List<JWK> keys) {

    /** Of a document. */
    static final int MOST_BYTES = 256 * 1024;

    /** How many keys are tried for a token that names none. */
    private static final int MOST_TRIED = 8;

    KeySet {
        keys = List.copyOf(keys);
    }

    /**
     * Reads a document of RFC 7517, section 5.
     *
     * @throws ParseException if it is none, or no key in it is of use
     */
    static KeySet parse(String json, SignatureFamily family) throws ParseException {
        List<JWK> usable;
        try {
            usable = JWKSet.parse(json).getKeys().stream()
                    // A secret in a public place is none.
                    .filter(key -> family != SignatureFamily.HMAC && family.uses(key))
                    .map(JWK::toPublicJWK)
                    .toList();
        } catch (RuntimeException e) {
            throw new ParseException("a key cannot be read", 0);
        }
        if (usable.isEmpty()) {
            throw new ParseException("no key in it fits the section's algorithms", 0);
        }
        return new KeySet(usable);
    }

    /** Whether a token that names this key needs no newer set. */
    boolean knows(@Nullable String keyId) {
        return keyId == null || keys.stream().anyMatch(key -> keyId.equals(key.getKeyID()));
    }

    /** The keys that may have signed a token. */
    List<JWK> find(@Nullable String keyId) {
        return keys.stream()
                .filter(key -> keyId == null || keyId.equals(key.getKeyID()))
                .limit(MOST_TRIED)
                .toList();
    }
}
