package dev.culvert.plugin.filter.limits;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many in how long, in a file {@code "1000/m"}, {@code "50/s"}, {@code "10000/h"}.
 *
 * @param count how many, 1 to 1,000,000,000
 * @param unit in one of this unit
 */
record Rate(int count, TimeUnit unit) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,10})/([smh])");

    private static final Map<String, TimeUnit> UNITS =
            Map.of("s", TimeUnit.SECONDS, "m", TimeUnit.MINUTES, "h", TimeUnit.HOURS);

    private static final int MOST = 1_000_000_000;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Rate parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        TimeUnit unit = form.matches() ? UNITS.get(form.group(2)) : null;
        long count = unit == null ? 0 : Long.parseLong(form.group(1));
        if (unit == null || count < 1 || count > MOST) {
            throw new IllegalArgumentException(
                    "rate: \"" + text + "\" (expected: \"50/s\", \"1000/m\" or \"10000/h\")");
        }
        return new Rate((int) count, unit);
    }

    /** The time from one to the next. */
    long intervalNanos() {
        return Math.max(1, unit.toNanos(1) / count);
    }

    /** As a file has it. */
    @JsonValue
    @Override
    public String toString() {
        return count + "/" + unit.name().substring(0, 1).toLowerCase(Locale.ROOT);
    }
}
