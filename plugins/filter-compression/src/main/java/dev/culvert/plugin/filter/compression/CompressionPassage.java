package dev.culvert.plugin.filter.compression;

import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpPassage;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compresses one answer, if it is one that should be. */
final class CompressionPassage implements HttpPassage {

    private final CompressionFilter filter;
    private final Optional<Coding> wanted;
    private @Nullable Compressor compressor;

    CompressionPassage(CompressionFilter filter, Optional<Coding> wanted) {
        this.filter = filter;
        this.wanted = wanted;
    }

    @Override
    public void response(HttpResponseStatus status, HttpHeaders headers) {
        if (!filter.suits(status, headers)) {
            return;
        }
        // Also where this visitor wants none: a cache must not give it what the next one gets.
        if (!headers.containsValue(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING, true)) {
            headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        }
        if (wanted.isEmpty()) {
            return;
        }
        compressor = new Compressor(wanted.get(), filter.level());
        headers.set(HttpHeaderNames.CONTENT_ENCODING, wanted.get().token());
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        headers.remove(HttpHeaderNames.ACCEPT_RANGES);
        weaken(headers);
    }

    @Override
    public ByteBuf responseBody(ByteBuf part, boolean last) {
        if (compressor == null || !part.isReadable() && !last) {
            return part;
        }
        try {
            return compressor.compress(part, last);
        } finally {
            part.release();
        }
    }

    @Override
    public void ended(HttpEnd end) {
        if (compressor != null) {
            compressor.close();
        }
    }

    // RFC 9110, section 8.8.3.3: a strong tag promises the same bytes.
    private static void weaken(HttpHeaders headers) {
        String tag = headers.get(HttpHeaderNames.ETAG);
        if (tag != null && !tag.startsWith("W/")) {
            headers.set(HttpHeaderNames.ETAG, "W/" + tag);
        }
    }
}
