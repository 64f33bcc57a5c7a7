package dev.culvert.plugin.auth.jwt;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import org.jspecify.annotations.Nullable;

/**
 * A token that has the form of one. Nothing in it is to be believed yet.
 *
 * @param algorithm one of the section's
 * @param keyId which key is said to have signed it, or null
 * @param claims what it says
 * @param signed what the signature is over
 * @param signature the signature
 */
record ReadToken(JWSAlgorithm algorithm, @Nullable String keyId, JsonNode claims, byte[] signed, Base64URL signature) {

    /** A claim that is a string, or null. */
    @Nullable
    String text(String claim) {
        JsonNode value = claims.get(claim);
        return value != null && value.isTextual() ? value.textValue() : null;
    }

    @Override
    public String toString() {
        return "ReadToken[****]";
    }
}
