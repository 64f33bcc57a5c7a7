package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.CulvertException;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** Is told once how a handshake ended. */
@FunctionalInterface
interface UpgradeOutcome {

    /**
     * Takes over.
     *
     * @param ctx of the handler that did the handshake. After a success it and the HTTP codec before it are still in the
     *     pipeline, and are to be removed by whoever is told
     * @param failure null for a success
     */
    void accept(ChannelHandlerContext ctx, @Nullable CulvertException failure);
}
