package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.channels.FileChannel;
import java.util.Date;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answer of a site.
 *
 * @param head all but {@code Connection}
 * @param text what follows it, where that is no file
 * @param file what follows it, to be closed by whoever has the answer; null for none
 * @param part of the file
 */
record SiteAnswer(HttpResponse head, String text, @Nullable FileChannel file, ByteRange part) {

    /** One that says no more than its status. */
    static SiteAnswer of(HttpResponseStatus status) {
        String text = status.reasonPhrase().toLowerCase(Locale.ROOT) + "\n";
        HttpResponse head = head(status);
        head.headers().set(CONTENT_TYPE, "text/plain; charset=utf-8").set(CONTENT_LENGTH, text.length());
        return new SiteAnswer(head, text, null, ByteRange.NOWHERE);
    }

    /** A head alone. */
    static SiteAnswer of(HttpResponse head) {
        return new SiteAnswer(head, "", null, ByteRange.NOWHERE);
    }

    /** A file, or a part of it. */
    static SiteAnswer of(HttpResponse head, FileChannel file, ByteRange part) {
        return new SiteAnswer(head, "", file, part);
    }

    static HttpResponse head(HttpResponseStatus status) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        head.headers().set(DATE, DateFormatter.format(new Date()));
        return head;
    }
}
