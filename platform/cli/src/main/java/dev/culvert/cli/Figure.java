package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;

/** A figure of a status for people. */
final class Figure {

    private static final String NONE = "-";

    private Figure() {}

    static String text(JsonNode value) {
        String text = value.isNull() ? "" : value.asText();
        return text.isEmpty() ? NONE : text;
    }

    static String bytes(JsonNode value) {
        long count = value.asLong();
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double shown = count;
        int unit = 0;
        while (shown >= 1000 && unit < units.length - 1) {
            shown /= 1000;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.1f %s", shown, units[unit]);
    }

    /** {@code 26h3m9s}. */
    static String duration(JsonNode seconds) {
        String iso = Duration.ofSeconds(seconds.asLong()).toString();
        return iso.substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
