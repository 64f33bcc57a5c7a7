package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/** On the server, waits for the first byte of a stream: whether the client reached the service. */
final class DialResultHandler extends PrefixHandler {

    private final Promise<Void> connected;

    DialResultHandler(Promise<Void> connected) {
        this.connected = connected;
    }

    Future<Void> connected() {
        return connected;
    }

    @Override
    boolean consume(ByteBuf in) {
        DialResult result = DialResult.decode(in);
        if (result != null && result.failure() != null) {
            throw result.failure();
        }
        return result != null;
    }

    @Override
    void completed(ChannelHandlerContext ctx) {
        connected.trySuccess(null);
    }

    /** An abort for whoever has the stream by now: an end would say that the service had nothing to say. */
    @Override
    void broken(ChannelHandlerContext ctx, CulvertException cause) {
        connected.tryFailure(cause);
        abort(ctx, cause);
    }
}
