package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tunnel changes in the header fields of requests or answers.
 *
 * @param set fields that get this value whatever they had; an empty value is a value
 * @param remove fields that are taken out; a trailing {@code *} matches any text
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HeaderFields(
        @JsonProperty("set") Map<String, String> set,
        @JsonProperty("remove") List<String> remove) {

    /** Where a message ends, and whom it is for, is not a tunnel's to say. */
    private static final Set<String> UNTOUCHABLE = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "upgrade",
            "te",
            "trailer",
            "keep-alive",
            "proxy-connection",
            "expect");

    /** Changes nothing. */
    public static final HeaderFields NONE = new HeaderFields(Map.of(), List.of());

    /** Refuses names and values that no field has, and fields that frame messages. */
    public HeaderFields {
        set = set == null ? Map.of() : Map.copyOf(set);
        remove = remove == null ? List.of() : List.copyOf(remove);
        if (set.size() + remove.size() > 64) {
            throw new IllegalArgumentException("headers: " + (set.size() + remove.size()) + " (expected: at most 64)");
        }
        set.forEach((name, value) -> {
            requireName(name);
            requireValue(name, value);
        });
        remove.forEach(name -> requireName(name.endsWith("*") ? name.substring(0, name.length() - 1) : name));
    }

    static HeaderFields orNone(@Nullable HeaderFields fields) {
        return fields == null ? NONE : fields;
    }

    void apply(HttpHeaders headers) {
        for (String name : remove) {
            if (name.endsWith("*")) {
                removeAll(headers, name.substring(0, name.length() - 1));
            } else {
                headers.remove(name);
            }
        }
        for (Map.Entry<String, String> field : set.entrySet()) {
            headers.set(field.getKey(), field.getValue());
        }
    }

    private static void removeAll(HttpHeaders headers, String prefix) {
        for (String name : headers.names()) {
            boolean matches = name.regionMatches(true, 0, prefix, 0, prefix.length());
            if (matches && !UNTOUCHABLE.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                headers.remove(name);
            }
        }
    }

    private static void requireName(String name) {
        boolean token = !name.isEmpty()
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
        if (!token || UNTOUCHABLE.contains(AsciiString.of(name).toLowerCase().toString())) {
            throw new IllegalArgumentException(
                    "header: \"" + name + "\" (expected: the name of a field that does not frame messages)");
        }
    }

    private static void requireValue(String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f || c > 0xff)) {
            throw new IllegalArgumentException("header " + name + " (expected: one line of printable characters)");
        }
    }
}
