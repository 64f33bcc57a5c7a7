package dev.culvert.engine.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@link Duration} in a file: {@code "30s"}, {@code "500ms"}, {@code "1h30m"}. A bare number is not one. */
final class Durations {

    private static final Pattern PART = Pattern.compile("(\\d{1,12})(ns|us|ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("d", Duration.ofDays(1));
        UNITS.put("h", Duration.ofHours(1));
        UNITS.put("m", Duration.ofMinutes(1));
        UNITS.put("s", Duration.ofSeconds(1));
        UNITS.put("ms", Duration.ofMillis(1));
        UNITS.put("us", Duration.ofNanos(1_000));
        UNITS.put("ns", Duration.ofNanos(1));
    }

    private Durations() {}

    static Duration parse(String text) {
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            sum = sum.plus(requireNonNull(UNITS.get(part.group(2))).multipliedBy(Long.parseLong(part.group(1))));
            end = part.end();
        }
        if (text.isEmpty() || end < text.length()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" (expected: a duration with its unit, \"30s\", \"500ms\")");
        }
        return sum;
    }

    static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        Duration left = duration;
        for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
            long count = left.dividedBy(unit.getValue());
            if (count > 0) {
                text.append(count).append(unit.getKey());
                left = left.minus(unit.getValue().multipliedBy(count));
            }
        }
        return text.length() == 0 ? "0s" : text.toString();
    }
}
