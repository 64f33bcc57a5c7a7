package dev.culvert.plugin.auth.token;

/**
 * {@code nonce "," salt "," iteration-count ["," extensions]} of RFC 5802, section 7.
 *
 * @param nonce both halves
 * @param salt the salt of the client's verifier
 * @param iterations the iteration count of the client's verifier
 */
record ServerFirst(String nonce, byte[] salt, int iterations) {

    private static final int MAX_NONCE_CHARS = 1024;

    ServerFirst {
        ClientFirst.checkNonce(nonce, MAX_NONCE_CHARS);
        if (salt.length == 0) {
            throw new IllegalArgumentException("an empty salt");
        }
        // Fewer would make it cheap to guess a weak token from one conversation with a false server.
        if (iterations < Scram.ITERATIONS || iterations > Scram.MAX_ITERATIONS) {
            throw new IllegalArgumentException(
                    iterations + " iterations (expected: " + Scram.ITERATIONS + " to " + Scram.MAX_ITERATIONS + ")");
        }
    }

    static ServerFirst parse(String message) {
        MessageReader reader = new MessageReader(message);
        String nonce = reader.attribute('r');
        byte[] salt = Scram.unbase64(reader.attribute('s'));
        String iterations = reader.attribute('i');
        reader.skipExtensions();
        if (!iterations.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("an iteration count that is not a number");
        }
        return new ServerFirst(nonce, salt, Integer.parseInt(iterations));
    }

    String format() {
        return "r=" + nonce + ",s=" + Scram.base64(salt) + ",i=" + iterations;
    }
}
