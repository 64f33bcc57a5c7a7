package dev.culvert.plugin.filter.auth;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A name in a header: as it is, or percent-encoded where a header cannot have it. */
final class HeaderText {

    private HeaderText() {}

    static String of(String name) {
        boolean plain = name.chars().allMatch(c -> c > ' ' && c <= '~' && c != '%');
        return plain ? name : URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
