package dev.culvert.plugin.auth.token;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.RightsSection;
import dev.culvert.spi.Secret;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.IssueRequest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One line of a token file: name, verifier, then any of the keys of {@link TokenEntry}, separated by spaces.
 *
 * <pre>
 * laptop SCRAM-SHA-256$4096:… principal=alice expires=2027-01-31 types=tcp ports=7000-7999,22 names=web*
 * </pre>
 */
final class TokenLine {

    private static final Set<String> KEYS = Set.of(
            "principal",
            "account",
            "expires",
            "types",
            "ports",
            "names",
            "hosts",
            "sessions",
            "tunnels",
            "streams",
            "bandwidth",
            "sources");

    private TokenLine() {}

    static TokenEntry parse(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length < 2) {
            throw new IllegalArgumentException(
                    "a line of " + words.length + " word (expected: name verifier key=value …)");
        }
        Map<String, String> values = values(Arrays.asList(words).subList(2, words.length));
        return new TokenEntry(
                checked("name", words[0], Token.NAME, Token.NAME_EXPECTED),
                owner("principal", values),
                owner("account", values),
                Secret.of(words[1]),
                values.containsKey("expires") ? Expiry.parse(values.get("expires")) : null,
                new RightsSection(
                        values.containsKey("types") ? new HashSet<>(list("types", values)) : null,
                        list("ports", values).stream().map(PortRange::parse).toList(),
                        list("names", values),
                        list("hosts", values),
                        number("sessions", values),
                        number("tunnels", values),
                        number("streams", values),
                        values.containsKey("bandwidth") ? DataSize.parse(values.get("bandwidth")) : null,
                        list("sources", values).stream()
                                .map(SourceNetwork::parse)
                                .toList()));
    }

    /** The line for a new token. */
    static String format(String name, Verifier verifier, IssueRequest request) {
        StringJoiner line = new StringJoiner(" ");
        line.add(name).add(verifier.format());
        add(line, "principal", request.principal());
        add(line, "account", request.account());
        add(line, "expires", request.expires());
        add(line, "types", new TreeSet<>(request.rights().types()));
        add(line, "ports", request.rights().ports());
        add(line, "names", request.rights().names());
        add(line, "hosts", request.rights().hosts());
        add(line, "sessions", request.rights().sessions());
        add(line, "tunnels", request.rights().tunnels());
        add(line, "streams", request.rights().streams());
        add(line, "bandwidth", request.rights().bandwidth());
        add(line, "sources", request.rights().sources());
        return line.toString();
    }

    private static Map<String, String> values(List<String> words) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String key = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 || !KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        "\"" + key + "\" (expected: one of " + new TreeSet<>(KEYS) + ", as key=value without spaces)");
            }
            if (values.put(key, word.substring(equals + 1)) != null) {
                throw new IllegalArgumentException("\"" + key + "\" stands twice (expected: once)");
            }
        }
        return values;
    }

    private static @Nullable String owner(String key, Map<String, String> values) {
        String value = values.get(key);
        return value == null ? null : checked(key, value, TokenEntry.OWNER, TokenEntry.OWNER_EXPECTED);
    }

    private static String checked(String key, String value, String form, String expected) {
        if (!value.matches(form)) {
            throw new IllegalArgumentException(key + ": \"" + value + "\" (" + expected + ")");
        }
        return value;
    }

    private static @Nullable Integer number(String key, Map<String, String> values) {
        String value = values.get(key);
        if (value == null) {
            return null;
        }
        try {
            return Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + ": \"" + value + "\" (expected: a whole number)", e);
        }
    }

    private static List<String> list(String key, Map<String, String> values) {
        String value = values.get(key);
        if (value == null) {
            return List.of();
        }
        List<String> words = List.of(value.split(",", -1));
        // Nothing between the commas would else be read as no limit.
        if (words.contains("")) {
            throw new IllegalArgumentException(key + ": \"" + value + "\" (expected: words between commas)");
        }
        return words;
    }

    private static void add(StringJoiner line, String key, @Nullable Object value) {
        if (value != null) {
            line.add(key + "=" + value);
        }
    }

    private static void add(StringJoiner line, String key, Iterable<?> values) {
        StringJoiner list = new StringJoiner(",");
        values.forEach(value -> list.add(value.toString()));
        if (list.length() > 0) {
            line.add(key + "=" + list);
        }
    }
}
