package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What a password is checked with, and what does not tell it: PBKDF2 with HMAC-SHA-256 (RFC 8018), written
 * {@code $pbkdf2-sha256$i=100000$salt$hash} with salt and hash in base64 without padding.
 */
final class Verifier {

    /** How often a hash of ours is made anew, about 50 ms of one core. */
    static final int ITERATIONS = 100_000;

    private static final int LEAST_ITERATIONS = 10_000;
    private static final int MOST_ITERATIONS = 2_000_000;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int LONGEST_PASSWORD = 1024;

    private static final Pattern FORM =
            Pattern.compile("\\$pbkdf2-sha256\\$i=([0-9]{1,7})\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{43})");

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private Verifier(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    /**
     * Reads a verifier.
     *
     * @throws IllegalArgumentException if it is none
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Verifier parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("verifier: expected: $pbkdf2-sha256$i=100000$salt$hash");
        }
        int iterations = Integer.parseInt(form.group(1));
        if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "verifier: i=" + iterations + " (expected: " + LEAST_ITERATIONS + " to " + MOST_ITERATIONS + ")");
        }
        return new Verifier(
                iterations,
                Base64.getDecoder().decode(form.group(2)),
                Base64.getDecoder().decode(form.group(3)));
    }

    /**
     * A user's verifier, the same for the same password, so that a tunnel that comes back is known again.
     *
     * @param realm what the password is for
     * @param user whose it is; with the realm it makes the salt
     * @param password the password
     */
    static Verifier of(String realm, String user, String password) {
        return of(realm, user, password, ITERATIONS);
    }

    /** The same with another number of iterations. */
    static Verifier of(String realm, String user, String password, int iterations) {
        byte[] salt = Arrays.copyOf(sha256("culvert basic-auth\0" + realm + "\0" + user), SALT_BYTES);
        return new Verifier(iterations, salt, hash(password, salt, iterations));
    }

    /** A verifier that no password passes, and that takes as long as the slowest of others: for users who do not exist. */
    static Verifier ofNobody(Collection<Verifier> others) {
        SecureRandom random = new SecureRandom();
        byte[] salt = new byte[SALT_BYTES];
        byte[] hash = new byte[HASH_BYTES];
        random.nextBytes(salt);
        random.nextBytes(hash);
        int slowest = others.stream().mapToInt(other -> other.iterations).max().orElse(ITERATIONS);
        return new Verifier(slowest, salt, hash);
    }

    /** Whether this is the password. Takes long: not for an event loop. */
    boolean matches(String password) {
        return password.length() <= LONGEST_PASSWORD && MessageDigest.isEqual(hash(password, salt, iterations), hash);
    }

    private static byte[] hash(String password, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, 8 * HASH_BYTES);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Verifier verifier
                && iterations == verifier.iterations
                && Arrays.equals(salt, verifier.salt)
                && MessageDigest.isEqual(hash, verifier.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    /** As a file has it. */
    @JsonValue
    String text() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$pbkdf2-sha256$i=" + iterations + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    /** Not the hash: with a weak password it is as good as that. */
    @Override
    public String toString() {
        return "****";
    }
}
