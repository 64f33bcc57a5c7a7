package dev.culvert.plugin.protocol.http;

/** Prefixes of paths, and paths that some readers would shorten before they look at them (RFC 3986, section 5.2.4). */
final class Paths {

    private Paths() {}

    /** A prefix without its last slash, if it has one. */
    static String withoutEnd(String prefix) {
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    /** Whether a path begins with all segments of a prefix, which has no slash at its end. */
    static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || prefix.isEmpty() || path.charAt(prefix.length()) == '/');
    }

    /** Whether a path has a segment of dots, however it is spelled, or an encoded slash: it would have two meanings. */
    static boolean isAmbiguous(String path) {
        if (path.indexOf("/.") < 0 && path.indexOf('%') < 0) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                if (isDots(path, start, i)) {
                    return true;
                }
                start = i + 1;
            } else if (path.charAt(i) == '%'
                    && (is(path, i, '2', 'f') || is(path, i, '5', 'c') || is(path, i, '0', '0'))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDots(String path, int start, int end) {
        int dots = 0;
        for (int i = start; i < end; dots++) {
            if (path.charAt(i) == '.') {
                i++;
            } else if (path.charAt(i) == '%' && is(path, i, '2', 'e')) {
                i += 3;
            } else if (path.charAt(i) == ';') {
                break; // parameters, which some readers cut off first
            } else {
                return false;
            }
        }
        return dots == 1 || dots == 2;
    }

    private static boolean is(String path, int percent, char high, char low) {
        return percent + 2 < path.length()
                && path.charAt(percent + 1) == high
                && (path.charAt(percent + 2) | 0x20) == (low | 0x20);
    }
}
