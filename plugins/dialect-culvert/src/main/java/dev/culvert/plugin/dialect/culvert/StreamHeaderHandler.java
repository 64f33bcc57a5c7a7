package dev.culvert.plugin.dialect.culvert;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On the client, waits for the header of a stream. */
final class StreamHeaderHandler extends PrefixHandler {

    private static final Logger log = LoggerFactory.getLogger(StreamHeaderHandler.class);

    private final BiConsumer<StreamHeader, DuplexChannel> receiver;
    private @Nullable StreamHeader header;
    private @Nullable ScheduledFuture<?> patience;

    StreamHeaderHandler(BiConsumer<StreamHeader, DuplexChannel> receiver) {
        this.receiver = receiver;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor()
                .schedule(
                        () -> Conversation.reset((DuplexChannel) ctx.channel()),
                        Limits.STREAM_HEADER.toMillis(),
                        TimeUnit.MILLISECONDS);
        super.handlerAdded(ctx);
    }

    @Override
    boolean consume(ByteBuf in) {
        header = StreamHeader.decode(in);
        return header != null;
    }

    @Override
    void completed(ChannelHandlerContext ctx) {
        forget();
        receiver.accept(requireNonNull(header), (DuplexChannel) ctx.channel());
    }

    @Override
    void broken(ChannelHandlerContext ctx, CulvertException cause) {
        forget();
        log.debug("a stream of the server has no header: {}", cause.getMessage());
        Conversation.reset((DuplexChannel) ctx.channel());
    }

    private void forget() {
        if (patience != null) {
            patience.cancel(false);
        }
    }
}
