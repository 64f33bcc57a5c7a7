package dev.culvert.plugin.filter.compression;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A way of compressing that HTTP has a name for (RFC 9110, section 8.4.1). */
enum Coding {
    /** The smaller the enum's position, the rather it is used. */
    GZIP("gzip"),
    DEFLATE("deflate");

    private final String token;

    Coding(String token) {
        this.token = token;
    }

    /** As headers have it. */
    String token() {
        return token;
    }

    /**
     * What a visitor wants (RFC 9110, section 12.5.3); empty for no compression.
     *
     * @param accepted the values of its {@code Accept-Encoding} headers
     */
    static Optional<Coding> wanted(List<String> accepted) {
        Coding best = null;
        double most = 0;
        for (Coding coding : values()) {
            double quality = quality(accepted, coding.token);
            if (quality > most) {
                best = coding;
                most = quality;
            }
        }
        return most < quality(accepted, "identity") ? Optional.empty() : Optional.ofNullable(best);
    }

    private static double quality(List<String> accepted, String token) {
        double any = 0;
        for (String value : accepted) {
            for (String item : value.split(",", -1)) {
                String[] parts = item.split(";", -1);
                String name = parts[0].strip().toLowerCase(Locale.ROOT);
                if (name.equals(token) || token.equals("gzip") && name.equals("x-gzip")) {
                    return weight(parts);
                }
                // "*" speaks for what is not named; no compression needs no permission, so it does not raise that.
                if (name.equals("*") && !token.equals("identity")) {
                    any = weight(parts);
                }
            }
        }
        return any;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                String number = parameter.substring(2);
                return number.matches("[01](\\.[0-9]{0,3})?") ? Math.min(1, Double.parseDouble(number)) : 0;
            }
        }
        return 1;
    }
}
