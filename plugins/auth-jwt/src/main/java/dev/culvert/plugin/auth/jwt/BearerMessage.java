package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The client's only message, RFC 7628, section 3.1.
 *
 * @param token the token, not looked into
 */
record BearerMessage(String token) {

    static final String MECHANISM = "OAUTHBEARER";

    /** Of the token; a message has little else. */
    static final int MOST_TOKEN_BYTES = 8 * 1024;

    private static final int MOST_OTHER_BYTES = 1024;

    private static final String GS2_HEADER = "n,,";

    private static final String SEPARATOR = "\u0001";

    // RFC 6750, section 2.1: b64token.
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final Pattern PAIR = Pattern.compile("[A-Za-z]+=[\\x20-\\x7e\\t\\r\\n]*");

    /** As it goes over the wire. */
    byte[] format() {
        return (GS2_HEADER + SEPARATOR + "auth=Bearer " + token + SEPARATOR + SEPARATOR).getBytes(US_ASCII);
    }

    /**
     * Reads one.
     *
     * @throws CulvertException if it is none
     */
    static BearerMessage parse(byte[] message) {
        if (message.length > MOST_TOKEN_BYTES + MOST_OTHER_BYTES) {
            throw Refusals.refused(
                    AuthError.TOKEN_MALFORMED,
                    "a login of " + message.length + " bytes (expected: a token of at most " + MOST_TOKEN_BYTES + ").");
        }
        String text = new String(message, US_ASCII); // what is not ASCII fits none of the patterns
        String end = SEPARATOR + SEPARATOR;
        if (!text.endsWith(end)) {
            throw malformed("it does not end as one");
        }
        String[] parts = text.substring(0, text.length() - end.length()).split(SEPARATOR, -1);
        // An authorization identity would be another principal than the token's; a "p=" belongs to other mechanisms.
        if (!parts[0].equals("n,,") && !parts[0].equals("y,,")) {
            throw malformed("its GS2 header is not \"n,,\"");
        }
        String token = null;
        for (int i = 1; i < parts.length; i++) {
            if (!PAIR.matcher(parts[i]).matches()) {
                throw malformed("a part of it is no key and value");
            }
            if (parts[i].startsWith("auth=")) {
                token = token(parts[i], token);
            }
        }
        if (token == null) {
            throw malformed("it has no \"auth\"");
        }
        return new BearerMessage(token);
    }

    private static String token(String pair, @Nullable String before) {
        String scheme = "auth=Bearer ";
        if (before != null || !pair.regionMatches(true, 0, scheme, 0, scheme.length())) {
            throw malformed("its \"auth\" is not one bearer token");
        }
        String token = pair.substring(scheme.length()).strip();
        if (!TOKEN.matcher(token).matches()) {
            throw malformed("its \"auth\" is not one bearer token");
        }
        return token;
    }

    private static CulvertException malformed(String why) {
        return new CulvertException(
                AuthError.MALFORMED_EXCHANGE, "the client's OAUTHBEARER message was refused: " + why + ".");
    }

    @Override
    public String toString() {
        return "BearerMessage[****]";
    }
}
