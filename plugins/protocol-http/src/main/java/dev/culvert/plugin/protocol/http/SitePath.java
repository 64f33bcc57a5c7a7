package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request as names of files, decoded once.
 *
 * @param names from the top of the site on
 * @param directory whether it ends with a slash
 * @param query with its question mark; empty if there is none
 */
record SitePath(List<String> names, boolean directory, String query) {

    private static final String UNRESERVED = "-._~";

    /** Reads a target; null if it is none, or could mean anything but one file below the top. */
    static @Nullable SitePath parse(String target) {
        if (!target.startsWith("/") || !isPlain(target)) {
            return null;
        }
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        List<String> names = new ArrayList<>();
        for (String part : path.substring(1).split("/", -1)) {
            String name = decoded(part);
            if (name == null || !isName(name)) {
                return null;
            }
            names.add(name);
        }
        boolean directory = names.get(names.size() - 1).isEmpty();
        return new SitePath(
                List.copyOf(directory ? names.subList(0, names.size() - 1) : names),
                directory,
                mark < 0 ? "" : target.substring(mark));
    }

    /** Whether nobody is told if such a file exists. */
    boolean isWithheld() {
        return names.stream().anyMatch(name -> name.isEmpty() || isHidden(name));
    }

    /** The last name; the other where it ends with a slash. */
    String name(String index) {
        return directory ? index : names.get(names.size() - 1);
    }

    static boolean isHidden(String name) {
        return name.startsWith(".") && !name.equals(".well-known");
    }

    /** The same with a slash behind it, as seen from itself: a prefix that the server has stripped stays. */
    String withSlash() {
        StringBuilder location = new StringBuilder("./");
        for (byte b : names.get(names.size() - 1).getBytes(UTF_8)) {
            boolean plain =
                    b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || UNRESERVED.indexOf(b) >= 0;
            location.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b));
        }
        return location.append('/').append(query).toString();
    }

    private static boolean isPlain(String target) {
        return target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#' && c != '\\');
    }

    private static boolean isName(String name) {
        return !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    private static @Nullable String decoded(String part) {
        ByteBuffer bytes = ByteBuffer.allocate(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
                continue;
            }
            int high = i + 2 < part.length() ? Character.digit(part.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(part.charAt(i + 2), 16);
            if (low < 0) {
                return null;
            }
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return UTF_8.newDecoder().decode(bytes.flip()).toString(); // which reports what is malformed
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
