package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Map;

/** The head of a request as it goes over the wire (RFC 9112, section 3), for who wants to read it once more. */
final class HeadBytes {

    private HeadBytes() {}

    /** Writes one that has been decoded, and with that checked. */
    static ByteBuf of(HttpRequest request) {
        StringBuilder text = new StringBuilder(256)
                .append(request.method())
                .append(' ')
                .append(request.uri())
                .append(' ')
                .append(request.protocolVersion())
                .append("\r\n");
        for (Map.Entry<String, String> field : request.headers()) {
            text.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
        return Unpooled.copiedBuffer(text.append("\r\n"), ISO_8859_1);
    }
}
