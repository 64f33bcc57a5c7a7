package dev.culvert.plugin.auth.token;

import dev.culvert.spi.Secret;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token and the public name under which a server looks for it.
 *
 * <p>One that Culvert made says its name: {@code clv_laptop_} and 43 characters for 256 random bits. Any other text is
 * a shared token and goes by the name {@code default}.
 */
record Token(String name, Secret secret) {

    static final String SHARED_NAME = "default";

    /** What a name may be: it stands in a file between spaces, and in a token. */
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    static final String NAME_EXPECTED = "expected: letters, digits and . _ @ -, at most 64, a letter or digit first";

    private static final int RANDOM_BYTES = 32;

    private static final Pattern FORM = Pattern.compile("clv_(" + NAME + ")_[A-Za-z0-9_-]{43}");

    /** Makes a token that nobody has seen. */
    static Token random(String name) {
        String bits = Base64.getUrlEncoder().withoutPadding().encodeToString(Scram.random(RANDOM_BYTES));
        return new Token(name, Secret.of("clv_" + name + "_" + bits));
    }

    /**
     * The token that a file or the environment has.
     *
     * @throws IllegalArgumentException if it is empty, as a variable without a value would make it
     */
    static Token of(Secret secret) {
        if (secret.reveal().isBlank()) {
            throw new IllegalArgumentException("token: empty (expected: what culvert token new printed)");
        }
        Matcher form = FORM.matcher(secret.reveal());
        return new Token(form.matches() ? form.group(1) : SHARED_NAME, secret);
    }

    /** What the keys are derived from: two ways of typing the same letter are one. */
    String password() {
        return Normalizer.normalize(secret.reveal(), Normalizer.Form.NFKC);
    }
}
