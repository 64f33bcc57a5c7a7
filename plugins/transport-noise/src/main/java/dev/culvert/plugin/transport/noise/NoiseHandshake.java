package dev.culvert.plugin.transport.noise;

import static java.util.Objects.requireNonNull;

import dev.culvert.plugin.transport.noise.Conversation.Established;
import dev.culvert.plugin.transport.noise.Conversation.Step;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Promise;
import java.util.Arrays;
import java.util.Map;

/** Speaks one end's part of a handshake over a raw channel, and makes the private one of it. */
final class NoiseHandshake extends ChannelInboundHandlerAdapter {

    /** RFC 9266 has no name for it; this is what both ends call it. */
    static final String BINDING = "noise-handshake-hash";

    // The longest message has 96 bytes and a verdict.
    static final int MAX_MESSAGE = 512;

    private final Conversation conversation;
    private final Rekeying rekeying;
    private final Channel raw;
    private final Promise<PrivateConnection> done;
    private final FrameReader frames = new FrameReader();
    private boolean over;

    private NoiseHandshake(Conversation conversation, Rekeying rekeying, Channel raw, Promise<PrivateConnection> done) {
        this.conversation = conversation;
        this.rekeying = rekeying;
        this.raw = raw;
        this.done = done;
    }

    /**
     * Begins.
     *
     * @param raw its pipeline is the transport's from here on
     * @param done completed on the channel's loop
     */
    static void start(Conversation conversation, Rekeying rekeying, Channel raw, Promise<PrivateConnection> done) {
        NoiseHandshake handshake = new NoiseHandshake(conversation, rekeying, raw, done);
        if (raw.eventLoop().inEventLoop()) {
            handshake.begin();
        } else {
            raw.eventLoop().execute(handshake::begin);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (!over && frames.next(in)) {
                take(conversation.hear(Arrays.copyOf(frames.message(), frames.length())), in);
            }
            if (!over && frames.hasHeader() && frames.length() > MAX_MESSAGE) {
                fail(new CulvertException(
                        WireError.TRANSPORT_FAILED,
                        "noise: a handshake message of " + frames.length() + " bytes (expected: at most " + MAX_MESSAGE
                                + "; is the other end a Noise transport?)."));
            }
        } catch (CulvertException e) {
            fail(e);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fail(conversation.ended());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(conversation.ended());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(new CulvertException(
                WireError.TRANSPORT_FAILED, "noise: the connection failed: " + cause.getMessage() + ".", cause));
    }

    private void begin() {
        try {
            if (!raw.isActive()) {
                fail(conversation.ended());
                return;
            }
            raw.pipeline().addLast("noise", this);
            byte[] first = conversation.begin();
            if (first != null) {
                say(first);
            }
            raw.read();
        } catch (CulvertException e) {
            fail(e);
        }
    }

    private void take(Step step, ByteBuf rest) {
        CulvertException failure = step.failure();
        if (failure != null) {
            over = true;
            if (step.answer() == null) {
                done.tryFailure(failure);
            } else {
                // The platform closes the raw channel when it hears of the failure.
                say(requireNonNull(step.answer())).addListener(said -> done.tryFailure(failure));
            }
            return;
        }
        if (step.answer() != null) {
            say(requireNonNull(step.answer()));
        }
        if (step.established() != null) {
            over = true;
            establish(requireNonNull(step.established()), rest);
        }
    }

    private void establish(Established established, ByteBuf rest) {
        NoiseChannel channel = new NoiseChannel(
                raw,
                frames,
                new Opener(established.receiving(), rekeying),
                new Sealer(established.sending(), rekeying, System::nanoTime));
        raw.eventLoop().register(channel);
        raw.pipeline().replace(this, "noise", channel.wire());
        AuthenticationContext context = new AuthenticationContext(
                raw.remoteAddress(), established.identity(), Map.of(BINDING, established.hash()), true);
        if (!done.trySuccess(new PrivateConnection(channel, context, established.principal()))) {
            channel.close();
            return;
        }
        channel.begin(rest);
    }

    private ChannelFuture say(byte[] message) {
        ByteBuf out = raw.alloc().buffer(FrameReader.HEADER_BYTES + message.length);
        return raw.writeAndFlush(out.writeShort(message.length).writeBytes(message));
    }

    private void fail(CulvertException cause) {
        over = true;
        done.tryFailure(cause);
    }
}
