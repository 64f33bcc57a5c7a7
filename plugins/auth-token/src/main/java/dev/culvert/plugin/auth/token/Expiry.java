package dev.culvert.plugin.auth.token;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * When a token ends, in a file {@code 2027-01-31} (good through that day) or {@code 2027-01-31T12:00:00Z}; a time
 * without an offset is UTC.
 *
 * @param at the first instant at which the token is no longer good
 */
public record Expiry(Instant at) {

    private static final int DATE_CHARS = "2027-01-31".length();

    /**
     * Reads what a file has.
     *
     * @param value a date or a date with a time, as TOML and ISO 8601 write them
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Expiry parse(Object value) {
        String text = String.valueOf(value).strip().replace(' ', 'T');
        try {
            if (text.length() <= DATE_CHARS) {
                return new Expiry(LocalDate.parse(text)
                        .plusDays(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
            }
            boolean offset = text.matches(".*(?i:z|[+-]\\d\\d:\\d\\d)");
            return new Expiry(
                    offset
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "expires: \"" + text + "\" (expected: 2027-01-31 or 2027-01-31T12:00:00Z)", e);
        }
    }

    @JsonValue
    @Override
    public String toString() {
        return at.toString();
    }
}
