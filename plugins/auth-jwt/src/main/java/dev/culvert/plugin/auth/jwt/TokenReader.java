package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes tokens apart: JWS compact form (RFC 7515, section 3.1) with JSON claims (RFC 7519), and nothing else.
 *
 * <p>Strict where a token is not what an issuer would make. Keys that a token brings along or points to ({@code jwk},
 * {@code jku}, {@code x5u}, {@code x5c}) are not looked at.
 */
final class TokenReader {

    private static final int MOST_DEPTH = 8;

    private static final int MOST_KEY_ID = 256;

    // RFC 7519, section 5.1; RFC 9068, section 2.1. Others, such as logout+jwt, are no credentials.
    private static final Set<String> TYPES = Set.of("jwt", "application/jwt", "at+jwt", "application/at+jwt");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .maxDocumentLength(BearerMessage.MOST_TOKEN_BYTES)
                            .maxStringLength(BearerMessage.MOST_TOKEN_BYTES)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final List<String> algorithms;

    /**
     * Makes one.
     *
     * @param algorithms the section's
     */
    TokenReader(List<String> algorithms) {
        this.algorithms = List.copyOf(algorithms);
    }

    /**
     * Takes a token apart.
     *
     * @throws CulvertException if it is none
     */
    ReadToken read(String token) {
        if (token.length() > BearerMessage.MOST_TOKEN_BYTES) {
            throw malformed("a token of " + token.length() + " bytes (expected: at most "
                    + BearerMessage.MOST_TOKEN_BYTES + ")");
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length == 5) {
            throw malformed("an encrypted token (JWE; expected: a signed one)");
        }
        if (parts.length != 3) {
            throw malformed("a token of " + parts.length + " parts (expected: 3)");
        }
        JsonNode header = object(parts[0], "header");
        JWSAlgorithm algorithm = algorithm(header);
        refuseExtensions(header);
        return new ReadToken(
                algorithm,
                keyId(header),
                object(parts[1], "claims"),
                (parts[0] + "." + parts[1]).getBytes(US_ASCII),
                new Base64URL(Base64.getUrlEncoder().withoutPadding().encodeToString(decoded(parts[2], "signature"))));
    }

    /**
     * Holds a token's algorithm against the section's, letter for letter: a token chooses among them and cannot add to
     * them. Apart from {@link #read}, since a token for another section may well have another one.
     *
     * @throws CulvertException if it is none of them
     */
    void requireAlgorithm(ReadToken token) {
        String name = token.algorithm().getName();
        if (!algorithms.contains(name)) {
            throw malformed("a token with the algorithm " + Refusals.shown(name) + " (expected: " + algorithms + ")");
        }
    }

    // What it says, not yet whether that is one of the section's.
    private JWSAlgorithm algorithm(JsonNode header) {
        String name = textOf(header, "alg");
        if (name == null) {
            throw malformed("a token with no algorithm (expected: " + algorithms + ")");
        }
        if (name.toLowerCase(Locale.ROOT).equals("none")) {
            throw malformed(
                    "an unsigned token, the algorithm " + Refusals.shown(name) + " (expected: " + algorithms + ")");
        }
        return new JWSAlgorithm(name);
    }

    private static void refuseExtensions(JsonNode header) {
        if (header.has("crit")) {
            throw malformed("a token with extensions that it calls critical (expected: none)");
        }
        if (header.has("cty")) {
            throw malformed("a nested token, or one of another content (expected: claims)");
        }
        if (header.has("typ")) {
            String type = textOf(header, "typ");
            if (type == null || !TYPES.contains(type.toLowerCase(Locale.ROOT))) {
                throw malformed("a token of another type than JWT or at+jwt");
            }
        }
    }

    private static @Nullable String keyId(JsonNode header) {
        if (!header.has("kid")) {
            return null;
        }
        String id = textOf(header, "kid");
        if (id == null || id.length() > MOST_KEY_ID) {
            throw malformed("a token whose kid is no string of at most " + MOST_KEY_ID + " characters");
        }
        return id;
    }

    private static @Nullable String textOf(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value != null && value.isTextual() ? value.textValue() : null;
    }

    private static JsonNode object(String part, String what) {
        JsonNode node;
        try {
            node = JSON.readTree(decoded(part, what));
        } catch (IOException e) {
            // The parser's text has parts of the token.
            throw malformed("a token whose " + what + " cannot be read as JSON, at most " + MOST_DEPTH
                    + " deep and no name twice");
        }
        if (node == null || !node.isObject()) {
            throw malformed("a nested token, or one whose " + what + " is no JSON object");
        }
        return node;
    }

    private static byte[] decoded(String part, String what) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            // One spelling only: no padding, no stray bits.
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // told below, without what it was
        }
        throw malformed("a token whose " + what + " is not in base64url");
    }

    private static CulvertException malformed(String what) {
        return Refusals.refused(AuthError.TOKEN_MALFORMED, "the client sent " + what + ".");
    }
}
