package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, in a file {@code "256KiB"}, {@code "16MiB"} or a bare number. {@code KiB}, {@code MiB}, {@code GiB}
 * are powers of 1024; {@code kB}, {@code MB}, {@code GB} are powers of 1000.
 *
 * @param bytes how many, at least 0
 */
public record DataSize(long bytes) implements Comparable<DataSize> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([kmgKMG]?)(i?)[bB]?");
    private static final String UNITS = "KMG";

    /** Checks the number. */
    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("size: " + bytes + " (expected: >= 0)");
        }
    }

    /**
     * Reads a size as a file has it.
     *
     * @param value a number of bytes, or a string with a unit
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static DataSize parse(Object value) {
        String text = String.valueOf(value).strip();
        Matcher form = FORM.matcher(text);
        if (!form.matches() || (form.group(2).isEmpty() && !form.group(3).isEmpty())) {
            throw malformed(text);
        }
        int power = UNITS.indexOf(form.group(2).toUpperCase(Locale.ROOT))
                + (form.group(2).isEmpty() ? 0 : 1);
        try {
            long bytes = Long.parseLong(form.group(1));
            for (int i = 0; i < power; i++) {
                bytes = Math.multiplyExact(bytes, form.group(3).isEmpty() ? 1000L : 1024L);
            }
            return new DataSize(bytes);
        } catch (ArithmeticException e) {
            throw malformed(text);
        }
    }

    /** The same in whole kibibytes. */
    public static DataSize ofKibibytes(long count) {
        return new DataSize(Math.multiplyExact(count, 1024L));
    }

    /** The same in whole mebibytes. */
    public static DataSize ofMebibytes(long count) {
        return new DataSize(Math.multiplyExact(count, 1024L * 1024));
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** With the largest unit that loses nothing; {@link #parse} reads it. */
    @JsonValue
    @Override
    public String toString() {
        long count = bytes;
        int power = 0;
        while (power < UNITS.length() && count != 0 && count % 1024 == 0) {
            count /= 1024;
            power++;
        }
        return count + (power == 0 ? "B" : UNITS.charAt(power - 1) + "iB");
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "size: \"" + text + "\" (expected: \"256KiB\", \"16MiB\" or a number of bytes)");
    }
}
