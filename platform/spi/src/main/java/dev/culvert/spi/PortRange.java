package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One port or several neighbours, in a file {@code 7000}, {@code "7000"} or {@code "7000-7999"}.
 *
 * @param first the lowest, 1 to 65535
 * @param last the highest, not below the first
 */
public record PortRange(int first, int last) {

    /** Checks the bounds. */
    public PortRange {
        if (first < 1 || last > 65535 || first > last) {
            throw new IllegalArgumentException(
                    "port range: " + first + "-" + last + " (expected: 1 to 65535, the lower one first)");
        }
    }

    /**
     * Reads a range as a file has it.
     *
     * @param value a number, {@code "7000"} or {@code "7000-7999"}
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PortRange parse(Object value) {
        String text = String.valueOf(value).strip();
        int dash = text.indexOf('-');
        try {
            int first =
                    Integer.parseInt(dash < 0 ? text : text.substring(0, dash).strip());
            return new PortRange(
                    first,
                    dash < 0 ? first : Integer.parseInt(text.substring(dash + 1).strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port range: \"" + text + "\" (expected: 7000 or \"7000-7999\")", e);
        }
    }

    /** Whether a port is one of them. */
    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    @JsonValue
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
