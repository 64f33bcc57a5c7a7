package dev.culvert.plugin.protocol.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, which has to be told when an answer is to HEAD. */
final class AnswerEncoder extends HttpResponseEncoder {

    private boolean head;

    void answersToHead(boolean value) {
        head = value;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
        return head && answer.status().code() >= 200 || super.isContentAlwaysEmpty(answer);
    }

    @Override
    protected void sanitizeHeadersBeforeEncode(HttpResponse answer, boolean alwaysEmpty) {
        if (!head) {
            super.sanitizeHeadersBeforeEncode(answer, alwaysEmpty);
        }
    }
}
