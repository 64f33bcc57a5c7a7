package dev.culvert.plugin.protocol.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file, as {@code Range} asks for it (<a href="https://www.rfc-editor.org/rfc/rfc9110#section-14.2">RFC 9110,
 * section 14.2</a>).
 *
 * @param from the first byte
 * @param length how many
 */
record ByteRange(long from, long length) {

    /** A part that the file does not have. */
    static final ByteRange NOWHERE = new ByteRange(0, 0);

    private static final Pattern ONE = Pattern.compile("bytes=[ \\t]*([0-9]{0,18})-([0-9]{0,18})[ \\t]*");

    /** Reads the fields of a request; null if the whole file is the answer: to none, to several ranges, to other units. */
    static @Nullable ByteRange parse(List<String> fields, long size) {
        Matcher one = ONE.matcher(fields.size() == 1 ? fields.get(0) : "");
        if (!one.matches()) {
            return null;
        }
        String first = one.group(1);
        String last = one.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? null : ofLast(Long.parseLong(last), size);
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
        if (to < from) {
            return null; // which is no range
        }
        return from >= size ? NOWHERE : new ByteRange(from, Math.min(to, size - 1) - from + 1);
    }

    private static @Nullable ByteRange ofLast(long count, long size) {
        if (count == 0) {
            return NOWHERE;
        }
        long length = Math.min(count, size);
        return size == 0 ? null : new ByteRange(size - length, length);
    }

    /** {@code Content-Range}. */
    String of(long size) {
        return equals(NOWHERE) ? "bytes */" + size : "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
