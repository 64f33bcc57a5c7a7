package dev.culvert.server;

import dev.culvert.engine.net.ReadAllowance;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection may cost before it has logged in: bytes and time. First in the raw connection's pipeline, so that
 * handshakes count as well; removed when the session is admitted.
 */
final class LoginGuard extends ChannelInboundHandlerAdapter {

    static final int MOST_BYTES = 16 * 1024;

    private final ReadAllowance allowance;
    private final Duration deadline;
    private final Consumer<CulvertException> violated;
    private int bytes;
    private @Nullable ScheduledFuture<?> timer;

    LoginGuard(ReadAllowance allowance, Duration deadline, Consumer<CulvertException> violated) {
        this.allowance = allowance;
        this.deadline = deadline;
        this.violated = violated;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> violated.accept(new CulvertException(
                                AuthError.LOGIN_TIMEOUT,
                                "no login within " + deadline.toSeconds() + " s (" + bytes + " bytes received).")),
                        deadline.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        allowance.lift();
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf buffer) {
            bytes += buffer.readableBytes();
        }
        if (bytes > MOST_BYTES) {
            ReferenceCountUtil.release(message);
            violated.accept(new CulvertException(
                    WireError.FRAME_TOO_LARGE, bytes + " bytes before login (expected: at most " + MOST_BYTES + ")."));
            return;
        }
        ctx.fireChannelRead(message);
    }
}
