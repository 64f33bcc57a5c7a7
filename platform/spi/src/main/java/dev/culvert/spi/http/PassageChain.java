package dev.culvert.spi.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The passages of several filters as one: requests go through in their order, answers in the opposite one. */
final class PassageChain implements HttpPassage {

    private final HttpPassage[] passages;

    private PassageChain(HttpPassage[] passages) {
        this.passages = passages;
    }

    static HttpPassage of(List<HttpPassage> all) {
        HttpPassage[] passages =
                all.stream().filter(passage -> passage != HttpPassage.NOTHING).toArray(HttpPassage[]::new);
        return switch (passages.length) {
            case 0 -> HttpPassage.NOTHING;
            case 1 -> passages[0];
            default -> new PassageChain(passages);
        };
    }

    @Override
    public ByteBuf requestBody(ByteBuf part, boolean last) {
        ByteBuf left = part;
        for (HttpPassage passage : passages) {
            left = passage.requestBody(left, last);
        }
        return left;
    }

    @Override
    public void response(HttpResponseStatus status, HttpHeaders headers) {
        for (int i = passages.length - 1; i >= 0; i--) {
            passages[i].response(status, headers);
        }
    }

    @Override
    public ByteBuf responseBody(ByteBuf part, boolean last) {
        ByteBuf left = part;
        for (int i = passages.length - 1; i >= 0; i--) {
            left = passages[i].responseBody(left, last);
        }
        return left;
    }

    @Override
    public void ended(HttpEnd end) {
        RuntimeException failure = null;
        for (HttpPassage passage : passages) {
            try {
                passage.ended(end);
            } catch (RuntimeException e) {
                failure = first(failure, e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException first(@Nullable RuntimeException before, RuntimeException now) {
        if (before == null) {
            return now;
        }
        before.addSuppressed(now);
        return before;
    }
}
