package dev.culvert.plugin.protocol.http;

import java.util.concurrent.ThreadLocalRandom;

/** Ids of requests, and the header field of the W3C's Trace Context that carries them. */
final class RequestIds {

    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final int MOST_CHARACTERS = 128;
    private static final int TRACEPARENT = 55;

    private RequestIds() {}

    /** 32 digits, distinct and no secret. */
    static String next() {
        char[] digits = new char[32];
        ThreadLocalRandom random = ThreadLocalRandom.current();
        hex(random.nextLong() | 1, digits, 0);
        hex(random.nextLong(), digits, 16);
        return new String(digits);
    }

    /** The header field for a trace that begins here. */
    static String traceparent(String traceId) {
        char[] digits = new char[TRACEPARENT];
        "00-".getChars(0, 3, digits, 0);
        traceId.getChars(0, 32, digits, 3);
        digits[35] = '-';
        hex(ThreadLocalRandom.current().nextLong() | 1, digits, 36);
        "-00".getChars(0, 3, digits, 52);
        return new String(digits);
    }

    /** Whether an id that came with a request can be used: short, and safe to log. */
    static boolean isUsable(String id) {
        if (id.isEmpty() || id.length() > MOST_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && "-_.:+=/".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a field is as Trace Context, section 3.2, has it. */
    static boolean isTraceparent(String value) {
        if (value.length() != TRACEPARENT) {
            return false;
        }
        for (int i = 0; i < TRACEPARENT; i++) {
            char c = value.charAt(i);
            boolean dash = i == 2 || i == 35 || i == 52;
            if (dash ? c != '-' : !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return !value.startsWith("ff");
    }

    private static void hex(long value, char[] out, int from) {
        for (int i = 15; i >= 0; i--) {
            out[from + i] = HEX[(int) value & 0xf];
            value >>>= 4;
        }
    }
}
