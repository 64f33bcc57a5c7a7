package com.example.xor;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.Optional;

/** There is no handshake: the handler is put in place, and the connection is ready. */
final class XorTransport implements Transport {

    private final int mask;

    XorTransport(int mask) {
        this.mask = mask;
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        return raw.eventLoop().newSucceededFuture(over(raw));
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        return raw.eventLoop().newSucceededFuture(Optional.of(over(raw)));
    }

    @Override
    public boolean isConfidential() {
        return false; // anybody can flip bits back
    }

    private PrivateConnection over(Channel raw) {
        raw.pipeline().addLast(new Flip(mask));
        return new PrivateConnection(
                raw, new AuthenticationContext(raw.remoteAddress(), null, Map.of(), false), null);
    }

    private static final class Flip extends ChannelDuplexHandler {

        private final int mask;

        private Flip(int mask) {
            this.mask = mask;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.fireChannelRead(message instanceof ByteBuf bytes ? flipped(bytes) : message);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ctx.write(message instanceof ByteBuf bytes ? flipped(bytes) : message, promise);
        }

        // Into a new buffer: whoever wrote this one may still share its bytes with somebody else.
        private ByteBuf flipped(ByteBuf bytes) {
            try {
                ByteBuf out = bytes.alloc().buffer(bytes.readableBytes());
                while (bytes.isReadable()) {
                    out.writeByte(bytes.readByte() ^ mask);
                }
                return out;
            } finally {
                bytes.release();
            }
        }
    }
}
