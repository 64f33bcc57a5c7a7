package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.IF_MATCH;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_MODIFIED_SINCE;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_NONE_MATCH;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_RANGE;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_UNMODIFIED_SINCE;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.file.attribute.FileTime;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which state of a file an answer is of, and what a request says of those it knows (<a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2">RFC 9110, section 13.2.2</a>).
 *
 * @param etag strong: the time of the last change to the nanosecond, and the size
 * @param seconds the same time as dates have it
 */
record FileVersion(String etag, long seconds) {

    static FileVersion of(FileTime modified, long size) {
        return new FileVersion(
                "\"" + Long.toHexString(modified.to(TimeUnit.NANOSECONDS)) + "-" + Long.toHexString(size) + "\"",
                Math.floorDiv(modified.toMillis(), 1000L));
    }

    String lastModified() {
        return DateFormatter.format(new Date(seconds * 1000));
    }

    /** What there is to say instead of the file: 304 or 412; null for nothing. */
    @Nullable
    HttpResponseStatus instead(HttpHeaders asked) {
        List<String> wanted = asked.getAll(IF_MATCH);
        if (wanted.isEmpty() ? isNewerThan(asked.get(IF_UNMODIFIED_SINCE), false) : !isAmong(wanted, false)) {
            return HttpResponseStatus.PRECONDITION_FAILED;
        }
        List<String> known = asked.getAll(IF_NONE_MATCH);
        boolean current = known.isEmpty() ? !isNewerThan(asked.get(IF_MODIFIED_SINCE), true) : isAmong(known, true);
        return current ? HttpResponseStatus.NOT_MODIFIED : null;
    }

    /** Whether a part of this is what the request wants the part of. */
    boolean isRanged(HttpHeaders asked) {
        List<String> of = asked.getAll(IF_RANGE);
        return of.isEmpty() || of.size() == 1 && of.get(0).strip().equals(etag); // a date is no strong validator
    }

    private boolean isNewerThan(@Nullable String date, boolean unlessSaid) {
        Date read = date == null ? null : DateFormatter.parseHttpDate(date);
        return read == null ? unlessSaid : seconds > Math.floorDiv(read.getTime(), 1000L);
    }

    private boolean isAmong(List<String> fields, boolean weakly) {
        for (String field : fields) {
            for (String tag : field.split(",")) {
                String one = tag.strip();
                String compared = weakly && one.startsWith("W/") ? one.substring(2) : one;
                if (one.equals("*") || compared.equals(etag)) {
                    return true;
                }
            }
        }
        return false;
    }
}
