package dev.culvert.plugin.auth.token;

import java.util.Arrays;

/**
 * Verifiers for names that do not exist.
 *
 * <p>A stranger who asks for the salt of a name gets the same one each time, also after a restart, whether or not there
 * is such a name.
 */
final class Decoys {

    private final byte[] key;

    Decoys(byte[] key) {
        this.key = key;
    }

    /** The salt of a name that has none of its own. */
    byte[] salt(String name) {
        return Arrays.copyOf(Scram.hmac(key, "salt " + name), Scram.SALT_BYTES);
    }

    /** A verifier that no token has. */
    Verifier verifier(String name) {
        return new Verifier(
                Scram.ITERATIONS, salt(name), Scram.hmac(key, "stored " + name), Scram.hmac(key, "server " + name));
    }
}
