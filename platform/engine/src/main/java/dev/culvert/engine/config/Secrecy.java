package dev.culvert.engine.config;

import java.util.regex.Pattern;

/**
 * Tells secrets by their key as well as by their type: not every library that a configuration reaches knows
 * {@link dev.culvert.spi.Secret}.
 */
final class Secrecy {

    static final String MASK = "****";

    private static final Pattern KEY = Pattern.compile("(.*_)?(password|passphrase|secret|token)s?");

    private Secrecy() {}

    static boolean isSecret(KeyPath path) {
        KeyPath at = path;
        while (!at.isRoot() && at.last() instanceof Integer) {
            at = at.parent();
        }
        return !at.isRoot() && KEY.matcher((String) at.last()).matches();
    }
}
