package dev.culvert.plugin.auth.token;

/**
 * {@code verifier ["," extensions]} of RFC 5802, section 7; a refusal travels as the platform's own error.
 *
 * @param signature {@code HMAC(ServerKey, AuthMessage)}
 */
record ServerFinal(byte[] signature) {

    static ServerFinal parse(String message) {
        MessageReader reader = new MessageReader(message);
        byte[] signature = Scram.unbase64(reader.attribute('v'));
        reader.skipExtensions();
        return new ServerFinal(signature);
    }

    String format() {
        return "v=" + Scram.base64(signature);
    }
}
