package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.stream.HeldReads;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A visitor's connection of HTTP/1.1. */
final class Http1Visitor extends VisitorEnd {

    private final DuplexChannel connection;
    private final RequestDecoder decoder;
    private final AnswerEncoder encoder;
    private final Front front;
    private boolean http10;
    private boolean last;
    private boolean headBegun;

    Http1Visitor(
            ChannelHandlerContext ctx,
            Reading reading,
            Deadline deadline,
            RequestDecoder decoder,
            AnswerEncoder encoder,
            Front front) {
        super(ctx, reading, deadline);
        this.connection = (DuplexChannel) ctx.channel();
        this.decoder = decoder;
        this.encoder = encoder;
        this.front = front;
    }

    @Override
    void begins(boolean oldVersion, boolean keepAlive) {
        http10 = oldVersion;
        headBegun = false;
        last = oldVersion || !keepAlive || front.isDraining();
    }

    @Override
    boolean takesInterim() {
        return !http10;
    }

    @Override
    boolean marksEnds() {
        return !http10;
    }

    @Override
    void answersToHead(boolean head) {
        encoder.answersToHead(head);
    }

    @Override
    boolean isLast() {
        return last;
    }

    @Override
    void endAfterThis() {
        last = true;
    }

    @Override
    void answered(boolean wholeRequest) {
        if (last || !wholeRequest) {
            decoder.drop();
            flush();
            Farewell.say(context(), connection);
        } else {
            deadline()
                    .set(
                            front.departure().hasBegun()
                                    ? Departure.PATIENCE
                                    : front.limits().keepAlive());
            flush();
            decoder.next();
        }
    }

    @Override
    void abort() {
        decoder.drop();
        deadline().cancel();
        Aborts.abort(connection);
    }

    @Override
    @Nullable
    DuplexChannel unwrap(@Nullable ByteBuf first) {
        deadline().cancel();
        connection.config().setAutoRead(false);
        connection.pipeline().addLast(first == null ? new HeldReads() : new HeldReads(first));
        connection.pipeline().remove(decoder); // what the visitor has sent ahead goes to who holds it
        connection.pipeline().remove(encoder);
        connection.pipeline().remove(context().handler());
        return connection;
    }

    @Override
    boolean canUpgrade() {
        return true;
    }

    @Override
    boolean isMultiplexed() {
        return false;
    }

    @Override
    void failed(Throwable cause) {
        abort();
    }

    @Override
    boolean isMidHead() {
        return decoder.midHead();
    }

    @Override
    void headBegins(Duration time) {
        if (!headBegun) {
            headBegun = true;
            deadline().set(time);
        }
    }
}
