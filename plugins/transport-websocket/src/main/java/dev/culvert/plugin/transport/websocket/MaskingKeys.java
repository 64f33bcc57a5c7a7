package dev.culvert.plugin.transport.websocket;

import io.netty.handler.codec.http.websocketx.WebSocketFrameMaskGenerator;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Masking keys that cannot be predicted (RFC 6455, sections 5.3 and 10.3): what is sent is chosen by others, and a proxy
 * on the way must not take it for HTTP. One per connection, on its loop.
 */
final class MaskingKeys implements WebSocketFrameMaskGenerator {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int AT_ONCE = 64;

    private final ByteBuffer keys = ByteBuffer.allocate(AT_ONCE * Integer.BYTES).position(AT_ONCE * Integer.BYTES);

    @Override
    public int nextMask() {
        if (!keys.hasRemaining()) {
            RANDOM.nextBytes(keys.array());
            keys.clear();
        }
        return keys.getInt();
    }
}
