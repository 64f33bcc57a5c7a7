package dev.culvert.plugin.auth.token;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server keeps of a token, in PostgreSQL's form: {@code SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}.
 *
 * <p>Nobody can log in with it, and a token of 256 random bits cannot be guessed from it; but whoever has it can play
 * the server to that token's holder.
 */
record Verifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {

    private static final Pattern FORM =
            Pattern.compile("SCRAM-SHA-256\\$(\\d{1,7}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    private static final int MAX_SALT_BYTES = 256;

    Verifier {
        if (iterations < Scram.ITERATIONS || iterations > Scram.MAX_ITERATIONS) {
            throw new IllegalArgumentException("verifier with " + iterations + " iterations (expected: "
                    + Scram.ITERATIONS + " to " + Scram.MAX_ITERATIONS + ")");
        }
        if (salt.length == 0 || salt.length > MAX_SALT_BYTES) {
            throw new IllegalArgumentException(
                    "verifier with a salt of " + salt.length + " bytes (expected: 1 to 256)");
        }
        if (storedKey.length != Scram.HASH_BYTES || serverKey.length != Scram.HASH_BYTES) {
            throw new IllegalArgumentException("verifier whose keys are not of 32 bytes each");
        }
    }

    /** Costs {@link Scram#ITERATIONS} rounds of HMAC: not for an event loop. */
    static Verifier of(String password, byte[] salt) {
        ScramKeys keys = ScramKeys.derive(password, salt, Scram.ITERATIONS);
        return new Verifier(Scram.ITERATIONS, salt, keys.storedKey(), keys.serverKey());
    }

    static Verifier parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "verifier in an unknown form (expected: SCRAM-SHA-256$4096:salt$StoredKey:ServerKey)");
        }
        return new Verifier(
                Integer.parseInt(parts.group(1)),
                Scram.unbase64(parts.group(2)),
                Scram.unbase64(parts.group(3)),
                Scram.unbase64(parts.group(4)));
    }

    /** The stored form; {@link #toString} is for people. */
    String format() {
        return Scram.MECHANISM + "$" + iterations + ":" + Scram.base64(salt) + "$" + Scram.base64(storedKey) + ":"
                + Scram.base64(serverKey);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Verifier verifier
                && iterations == verifier.iterations
                && Arrays.equals(salt, verifier.salt)
                && MessageDigest.isEqual(storedKey, verifier.storedKey)
                && MessageDigest.isEqual(serverKey, verifier.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return Scram.MECHANISM + "$" + iterations + ":****";
    }
}
