package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.stream.StreamChannel;
import dev.culvert.spi.stream.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What lies inside a raw connection once the handshake is done: bytes in both directions, each with an end that nobody
 * on the way can forge. All of its state belongs to the raw channel's event loop.
 *
 * <p>It is a channel of its own, since an end of its output is a message and not the raw connection's FIN.
 */
final class NoiseChannel extends StreamChannel {

    // So much is sealed while the socket is busy with what was sealed before.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    // What was opened and nobody has read; one turn of the socket may exceed it.
    private static final int MOST_UNREAD = 256 * 1024;

    // A peer that does not read keeps the raw connection open no longer than this after the end.
    private static final long GOODBYE_SECONDS = 5;

    private final Channel raw;
    private final FrameReader frames;
    private final Opener opener;
    private final Outbound outbound;
    private int unread;

    NoiseChannel(Channel raw, FrameReader frames, Opener opener, Sealer sealer) {
        super(raw, 0);
        this.raw = raw;
        this.frames = frames;
        this.opener = opener;
        outbound = new Outbound(sealer);
        config().setWriteBufferWaterMark(WATER_MARK);
    }

    /** What connects it to the raw channel's pipeline. */
    ChannelInboundHandlerAdapter wire() {
        return new Wire();
    }

    /**
     * Begins to read.
     *
     * @param early what came together with the end of the handshake; not released
     */
    void begin(ByteBuf early) {
        read(early);
        receiveComplete();
        if (unread == 0) {
            raw.config().setAutoRead(true);
        }
    }

    @Override
    protected void writeReady() {
        if (raw.isActive()) {
            outbound.write();
        } else {
            lost("the connection is gone");
        }
    }

    @Override
    protected void grant(int bytes) {
        unread -= bytes;
        if (unread <= 0 && !raw.config().isAutoRead()) {
            raw.config().setAutoRead(true);
        }
    }

    @Override
    protected void finish() {
        outbound.end();
    }

    @Override
    protected void reset() {
        raw.config().setOption(ChannelOption.SO_LINGER, 0); // no effect where a raw channel has no resets
        raw.close();
    }

    @Override
    protected void closed() {
        raw.config().setAutoRead(true); // what still comes is dropped; left unread it would turn our end into a reset
        if (!raw.isActive()) {
            return;
        }
        ScheduledFuture<?> deadline =
                raw.eventLoop().schedule((Runnable) raw::close, GOODBYE_SECONDS, TimeUnit.SECONDS);
        raw.closeFuture().addListener(gone -> deadline.cancel(false));
        raw.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void lost(String how) {
        receiveReset(new StreamResetException("noise: " + how));
        raw.close();
    }

    private void violated(NoiseException cause) {
        CulvertException known =
                new CulvertException(WireError.MESSAGE_NOT_AUTHENTIC, "noise: " + cause.getMessage() + ".", cause);
        if (isOpen()) {
            pipeline().fireExceptionCaught(known);
        }
        lost(String.valueOf(cause.getMessage()));
    }

    private void read(ByteBuf in) {
        try {
            opened(in);
        } catch (NoiseException e) {
            violated(e);
        }
    }

    private void opened(ByteBuf in) throws NoiseException {
        byte[] plain = Scratch.ofThisThread().plain();
        ByteBuf out = null;
        try {
            while (isOpen() && frames.next(in)) {
                int length = opener.open(frames.message(), frames.length(), plain);
                if (length > 0) {
                    if (out == null) {
                        // Room for all that the rest of these bytes can hold.
                        out = raw.alloc().directBuffer(length + in.readableBytes());
                    }
                    out.writeBytes(plain, 0, length);
                }
            }
        } finally {
            // Also what came before a message that is not authentic was the peer's.
            if (out != null) {
                unread += out.readableBytes();
                receive(out); // ownership passes
            }
            if (opener.isEnded()) {
                receiveFinish();
            }
        }
    }

    /** Seals what is written while the socket takes it. */
    private final class Outbound implements Consumer<ByteBuf> {

        private final Sealer sealer;
        private byte[] plain = {};
        private int length;
        private int filled;
        private boolean writing;
        private @Nullable NoiseException failure;

        Outbound(Sealer sealer) {
            this.sealer = sealer;
        }

        void write() {
            if (writing) {
                return; // a promise's listener flushed; the loop below goes on
            }
            writing = true;
            try {
                for (boolean more = true; more && failure == null; ) {
                    more = writeOnce();
                }
            } finally {
                writing = false;
            }
            NoiseException failed = failure;
            if (failed != null && isOpen()) {
                violated(failed);
            }
        }

        void end() {
            if (failure != null || !raw.isActive()) {
                return;
            }
            try {
                ChannelFuture ended = raw.writeAndFlush(sealer.end(raw.alloc()));
                if (raw instanceof DuplexChannel duplex) {
                    ended.addListener(done -> {
                        if (done.isSuccess()) {
                            duplex.shutdownOutput();
                        }
                    });
                }
            } catch (NoiseException e) {
                raw.close(); // without an end, which is what the peer then sees
            }
        }

        @Override
        public void accept(ByteBuf part) {
            int bytes = part.readableBytes();
            part.readBytes(plain, filled, bytes);
            part.release();
            filled += bytes;
            if (filled == length) {
                // Before the first promise completes: its listener may write the end.
                seal();
            }
        }

        private boolean writeOnce() {
            boolean wrote = false;
            while (raw.isWritable() && failure == null) {
                length = pendingBytes(Sealer.MAX_PLAIN);
                if (length == 0) {
                    break;
                }
                plain = Scratch.ofThisThread().plain();
                filled = 0;
                wrote = true;
                transfer(length, this);
            }
            if (wrote) {
                raw.flush();
            }
            return wrote;
        }

        private void seal() {
            try {
                raw.write(sealer.message(raw.alloc(), plain, length));
            } catch (NoiseException e) {
                failure = e;
            }
        }
    }

    /** Last in the raw channel's pipeline. */
    private final class Wire extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                read(in);
            } finally {
                in.release();
            }
            if (unread > MOST_UNREAD) {
                raw.config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            receiveComplete();
            if (unread > 0 && isOpen()) {
                raw.config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (raw.isWritable() && isOpen()) {
                outbound.write();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !opener.isEnded()) {
                lost("the connection ended and the peer's output had not");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // After the peer's own end only what this end still has to say is lost; the reader may take its time.
            if (!opener.isEnded() || (isOpen() && pendingBytes(1) > 0)) {
                lost("the connection is gone");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            lost("the connection failed: " + cause.getMessage());
        }
    }
}
