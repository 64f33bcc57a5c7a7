package dev.culvert.plugin.auth.token;

import java.util.regex.Pattern;

/**
 * {@code gs2-header [reserved-mext ","] username "," nonce ["," extensions]} of RFC 5802, section 7.
 *
 * @param gs2Header what binds the conversation to its channel, its last comma included; {@code "n,,"} binds nothing
 * @param bare what follows the header, as it is signed
 * @param user the client's name, unescaped
 * @param nonce the client's half of the nonce
 */
record ClientFirst(String gs2Header, String bare, String user, String nonce) {

    private static final int MAX_NAME_CHARS = 256;

    private static final int MAX_NONCE_CHARS = 128;

    private static final Pattern WRONG_ESCAPE = Pattern.compile("=(?!2C|3D)");

    ClientFirst {
        if (user.isEmpty() || user.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "a name of " + user.length() + " characters (expected: 1 to " + MAX_NAME_CHARS + ")");
        }
        checkNonce(nonce, MAX_NONCE_CHARS);
    }

    /** A message to be sent. */
    static ClientFirst of(String gs2Header, String user, String nonce) {
        String name = user.replace("=", "=3D").replace(",", "=2C");
        return new ClientFirst(gs2Header, "n=" + name + ",r=" + nonce, user, nonce);
    }

    static ClientFirst parse(String message) {
        MessageReader reader = new MessageReader(message);
        String binding = reader.field();
        if (!binding.equals("n") && !binding.equals("y") && !binding.matches("p=[A-Za-z0-9.-]+")) {
            throw new IllegalArgumentException("a message without a channel binding flag");
        }
        // An identity here would ask to act as somebody else, which no token permits.
        if (!reader.field().isEmpty()) {
            throw new IllegalArgumentException("a message with an authorization identity");
        }
        String bare = reader.rest();
        String user = unescape(reader.attribute('n'));
        String nonce = reader.attribute('r');
        reader.skipExtensions();
        return new ClientFirst(binding + ",,", bare, user, nonce);
    }

    String format() {
        return gs2Header + bare;
    }

    /** Refuses what is no nonce: printable ASCII without a comma, and of a bounded length. */
    static void checkNonce(String nonce, int maxChars) {
        if (nonce.isEmpty() || nonce.length() > maxChars) {
            throw new IllegalArgumentException(
                    "a nonce of " + nonce.length() + " characters (expected: 1 to " + maxChars + ")");
        }
        if (nonce.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == ',')) {
            throw new IllegalArgumentException("a nonce that is not printable ASCII");
        }
    }

    private static String unescape(String name) {
        if (WRONG_ESCAPE.matcher(name).find()) {
            throw new IllegalArgumentException("a name with a wrong escape (expected: =2C or =3D)");
        }
        return name.replace("=2C", ",").replace("=3D", "=");
    }
}
