package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.CodecException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One conversation with a proxy, from the first word to its verdict; puts the codec it needs in front of itself. */
abstract class ProxyConnect extends ChannelInboundHandlerAdapter {

    private final Proxy proxy;
    private final HostPort server;
    private final Promise<Void> done;
    private @Nullable Future<?> deadline;

    ProxyConnect(Proxy proxy, HostPort server, Promise<Void> done) {
        this.proxy = proxy;
        this.server = server;
        this.done = done;
    }

    /** Adds the codec before this handler, and says the first word. */
    abstract void begin(ChannelHandlerContext ctx);

    /** Takes what the codec made of an answer; the caller releases it. */
    abstract void onAnswer(ChannelHandlerContext ctx, Object answer);

    /** Removes the codec, after a success. */
    abstract void removeCodec(ChannelPipeline pipeline);

    final Proxy proxy() {
        return proxy;
    }

    final HostPort server() {
        return server;
    }

    final void say(ChannelHandlerContext ctx, Object word) {
        ctx.writeAndFlush(word).addListener(written -> {
            if (!written.isSuccess()) {
                lost(written.cause());
            }
        });
    }

    final void succeed() {
        done.trySuccess(null);
    }

    /** The proxy does not want to. */
    final void refused(String how) {
        fail(WireError.PROXY_REFUSED, how, null);
    }

    /** The proxy could not reach the server. */
    final void unreachable(String how) {
        fail(WireError.UNREACHABLE, "cannot reach server " + server + ": " + how, null);
    }

    /** It does not speak as a proxy. */
    final void strange(String how, @Nullable Throwable cause) {
        fail(WireError.NOT_A_PROXY, how, cause);
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        long millis = proxy.timeout().toMillis();
        deadline = ctx.executor()
                .schedule(
                        () -> strange("has not connected to " + server + " within " + millis + " ms", null),
                        millis,
                        TimeUnit.MILLISECONDS);
        begin(ctx);
    }

    @Override
    public final void handlerRemoved(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!done.isDone()) {
                onAnswer(ctx, message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            lost(null);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        lost(null);
        ctx.fireChannelInactive();
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CodecException) {
            strange("answers with what is not understood: " + cause.getMessage(), cause);
        } else {
            lost(cause);
        }
    }

    private void lost(@Nullable Throwable cause) {
        strange(cause == null ? "ended the connection without an answer" : "is lost: " + cause.getMessage(), cause);
    }

    private void fail(WireError code, String how, @Nullable Throwable cause) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        done.tryFailure(new CulvertException(code, proxy + " " + how + ".", cause));
    }
}
