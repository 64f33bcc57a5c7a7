package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.IDN;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A DNS name in its one canonical form: lower case, internationalised labels as their A-label ({@code xn--…}, RFC 5891),
 * no trailing dot. Two spellings of one name are equal, so that nobody gets another's endpoint by spelling it otherwise.
 *
 * <p>A name may begin with the label {@code *}, which stands for one or more labels: {@code *.example.com} covers
 * {@code a.example.com} and {@code a.b.example.com}, and not {@code example.com}.
 *
 * @param value the canonical form, 1 to 253 characters
 */
public record HostName(@JsonValue String value) {

    /** RFC 1035, section 2.3.4: 255 octets on the wire, of which two are no characters. */
    private static final int MOST_CHARACTERS = 253;

    private static final int MOST_OF_A_LABEL = 63;
    private static final String WILDCARD = "*.";

    /** Checks that the value is canonical; {@link #parse} makes it so. */
    public HostName {
        requireName(value);
    }

    /**
     * Reads a name as people and protocols write it.
     *
     * @param text a name, perhaps in upper case, with a trailing dot, or with characters beyond ASCII
     * @throws IllegalArgumentException if it is no name: empty, too long, an empty or overlong label, a character that no
     *     name has
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static HostName parse(String text) {
        if (text.length() > 4 * MOST_CHARACTERS) {
            throw malformed(text);
        }
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        boolean wildcard = name.startsWith(WILDCARD);
        try {
            String plain = wildcard ? name.substring(WILDCARD.length()) : name;
            String ascii = IDN.toASCII(plain).toLowerCase(Locale.ROOT);
            return new HostName(wildcard ? WILDCARD + ascii : ascii);
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
    }

    /** Whether it stands for many names. */
    public boolean isWildcard() {
        return value.startsWith(WILDCARD);
    }

    /**
     * Whether this name, or one of those it stands for, is meant.
     *
     * @param name a name without a wildcard
     */
    public boolean covers(HostName name) {
        return isWildcard() ? name.value.endsWith(value.substring(1)) && !name.isWildcard() : value.equals(name.value);
    }

    /**
     * Whether it lies below a domain: {@code a.example.com} below {@code example.com}.
     *
     * @param domain without a wildcard
     */
    public boolean isBelow(HostName domain) {
        return value.endsWith("." + domain.value);
    }

    /** The names that may have been given to what serves this name, the most specific first: itself, then wildcards. */
    public List<HostName> candidates() {
        List<HostName> names = new ArrayList<>();
        names.add(this);
        for (int dot = value.indexOf('.'); dot >= 0; dot = value.indexOf('.', dot + 1)) {
            if (dot + 1 < value.length() && !value.startsWith(WILDCARD)) {
                names.add(new HostName("*" + value.substring(dot)));
            }
        }
        return names;
    }

    @Override
    public String toString() {
        return value;
    }

    private static void requireName(String value) {
        String name = value.startsWith(WILDCARD) ? value.substring(WILDCARD.length()) : value;
        if (name.isEmpty() || value.length() > MOST_CHARACTERS) {
            throw malformed(value);
        }
        for (String label : name.split("\\.", -1)) {
            boolean edges = label.startsWith("-") || label.endsWith("-");
            if (label.isEmpty() || label.length() > MOST_OF_A_LABEL || edges) {
                throw malformed(value);
            }
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // The underscore is in no host name, but in names that hosts are asked for all the same.
            boolean known = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_';
            if (!known) {
                throw malformed(value);
            }
        }
    }

    private static IllegalArgumentException malformed(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().limit(64).forEach(c -> shown.append(c < ' ' || c > '~' ? '?' : (char) c));
        return new IllegalArgumentException("host name: \"" + shown
                + "\" (expected: labels of letters, digits and hyphens, 253 characters at most)");
    }
}
