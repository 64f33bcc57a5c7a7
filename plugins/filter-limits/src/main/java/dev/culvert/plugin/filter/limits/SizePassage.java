package dev.culvert.plugin.filter.limits;

import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpPassage;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Counts the bodies of one exchange. */
final class SizePassage implements HttpPassage {

    private final SizeFilter limits;
    private final HttpExchange exchange;
    private long requestBytes;
    private long responseBytes;
    private boolean stopped;

    SizePassage(SizeFilter limits, HttpExchange exchange) {
        this.limits = limits;
        this.exchange = exchange;
    }

    @Override
    public ByteBuf requestBody(ByteBuf part, boolean last) {
        requestBytes += part.readableBytes();
        if (requestBytes > limits.requestBody() && !stopped) {
            stopped = true;
            exchange.end(limits.requestTooLarge());
        }
        return stopped ? part.skipBytes(part.readableBytes()) : part;
    }

    @Override
    public void response(HttpResponseStatus status, HttpHeaders headers) {
        boolean hasBody = !exchange.identity().method().equals(HttpMethod.HEAD);
        if (hasBody && !stopped && SizeFilter.said(headers) > limits.responseBody()) {
            stopped = true;
            exchange.end(limits.responseTooLarge());
        }
    }

    @Override
    public ByteBuf responseBody(ByteBuf part, boolean last) {
        responseBytes += part.readableBytes();
        if (responseBytes > limits.responseBody() && !stopped) {
            stopped = true;
            exchange.end(limits.responseTooLarge());
        }
        return part;
    }
}
