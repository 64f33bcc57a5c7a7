package dev.culvert.spi.transport;

import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.AuthenticationContext;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What a transport makes of a raw connection.
 *
 * @param channel carries the bytes that lie inside; auto-read is off until its new owner turns it on
 * @param context what the handshake established about the other end
 * @param principal who that is, where the transport alone decides it (mutual TLS, a known key); else null
 */
public record PrivateConnection(
        Channel channel,
        AuthenticationContext context,
        @Nullable Principal principal) {}
