package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a request until it is answered.
 *
 * @param id by which people find it in logs
 * @param method what is to be done
 * @param accept which types of answer the visitor likes
 * @param hasBody whether content belongs to it
 * @param webSocket whether it asks for a WebSocket
 * @param origin who asks
 * @param identity what it asks for; null if that was not to be read
 * @param referer as it was sent
 * @param userAgent as it was sent
 * @param began when its head was there, as {@link System#nanoTime()}
 */
record Asked(
        String id,
        HttpMethod method,
        @Nullable String accept,
        boolean hasBody,
        boolean webSocket,
        StreamOrigin origin,
        @Nullable Identity identity,
        @Nullable String referer,
        @Nullable String userAgent,
        long began) {}
