package dev.culvert.engine.config;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code ${NAME}} and {@code ${NAME:-default}} inside a string; {@code $${} stands for a literal <code>${</code>.
 *
 * <p>A key whose value is <code>"${NAME:-}"</code> alone is optional: without a value it counts as not written.
 *
 * <p>Works on strings that are parsed already, so that a value cannot break out of its quotes.
 */
final class Variables {

    private static final Pattern REFERENCE =
            Pattern.compile("\\$(\\$\\{)|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}|\\$\\{");

    /** All of a value: with a default that is nothing. */
    private static final Pattern OPTIONAL = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-}");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * What a string is after substitution.
     *
     * @param text the result
     * @param used the variables that had a value
     * @param missing the variables that had neither value nor default
     * @param malformed whether a reference does not end, or has no name
     */
    record Result(String text, Set<String> used, Set<String> missing, boolean malformed) {

        @Nullable
        Origin origin() {
            return used.isEmpty() ? null : Origin.environment(String.join(", ", used));
        }
    }

    /**
     * Whether the key of a value counts as not written: {@code "${NAME:-}"} and nothing else, while {@code NAME} has no
     * value or an empty one.
     *
     * @param value null for what is no string
     */
    boolean leavesOut(@Nullable String value) {
        Matcher optional = OPTIONAL.matcher(value == null ? "" : value);
        return optional.matches()
                && environment.getOrDefault(optional.group(1), "").isEmpty();
    }

    Result substitute(String text) {
        Set<String> used = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        boolean malformed = false;
        StringBuilder result = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(text);
        while (matcher.find()) {
            String value = "";
            String name = matcher.group(2);
            if (matcher.group(1) != null) {
                value = matcher.group(1);
            } else if (name == null) {
                malformed = true;
            } else if (environment.get(name) != null) {
                value = environment.get(name);
                used.add(name);
            } else if (matcher.group(3) != null) {
                value = matcher.group(3);
            } else {
                missing.add(name);
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        matcher.appendTail(result);
        return new Result(result.toString(), used, missing, malformed);
    }
}
