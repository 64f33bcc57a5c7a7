package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.RETRY_AFTER;

import dev.culvert.spi.Network;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream that asks a site for one file after another. Lives on the stream's loop. */
final class SiteConnection extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(SiteConnection.class);

    private final FileSite site;
    private final DuplexChannel channel;
    private @Nullable FileBody body;
    private boolean asking; // the request has not ended
    private boolean answering;
    private boolean asked; // at least once
    private boolean last;
    private boolean headOnly;

    SiteConnection(FileSite site, DuplexChannel channel) {
        this.site = site;
        this.channel = channel;
    }

    /** Ends once nothing is being answered. A stream that has not yet been used waits for its first request. */
    void drain() {
        channel.eventLoop().execute(() -> {
            last = true;
            if (asked && !answering && !asking) {
                channel.close();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(request);
            }
            if (message instanceof HttpContent content) {
                ended(content);
            }
        } finally {
            ReferenceCountUtil.release(message); // what a request carries is of no use here
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        FileBody sending = body;
        if (sending != null) {
            sending.goOn();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            channel.close(); // nobody waits for the rest of an answer: the server would still be there
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("{}: {}", channel, cause.toString());
        Network.abort(channel);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        FileBody sending = body;
        if (sending != null) {
            sending.stop();
        }
    }

    private void begin(HttpRequest request) {
        if (answering || asking) {
            Network.abort(channel); // a server asks for one thing at a time
            return;
        }
        asked = true;
        asking = true;
        answering = true;
        headOnly = request.method().equals(HttpMethod.HEAD);
        boolean malformed = request.decoderResult().isFailure();
        last = last || malformed || site.isDraining() || !HttpUtil.isKeepAlive(request);
        if (malformed) {
            answer(SiteAnswer.of(HttpResponseStatus.BAD_REQUEST));
        } else if (!headOnly && !request.method().equals(HttpMethod.GET)) {
            SiteAnswer refusal = SiteAnswer.of(HttpResponseStatus.METHOD_NOT_ALLOWED);
            refusal.head().headers().set(ALLOW, "GET, HEAD");
            answer(refusal);
        } else {
            look(request);
        }
    }

    private void ended(HttpContent content) {
        if (content.decoderResult().isFailure() && !(content instanceof HttpRequest)) {
            Network.abort(channel);
        } else if (content instanceof LastHttpContent) {
            asking = false;
            endIfLast();
        }
    }

    private void look(HttpRequest request) {
        try {
            site.blocking().execute(() -> {
                SiteAnswer found = found(request);
                try {
                    channel.eventLoop().execute(() -> answer(found));
                } catch (RejectedExecutionException e) { // the process ends
                    FileBody.close(found.file());
                }
            });
        } catch (RejectedExecutionException e) {
            SiteAnswer busy = SiteAnswer.of(HttpResponseStatus.SERVICE_UNAVAILABLE);
            busy.head().headers().set(RETRY_AFTER, 1);
            answer(busy);
        }
    }

    private SiteAnswer found(HttpRequest request) {
        try {
            return site.files().answer(request);
        } catch (RuntimeException e) {
            log.warn("a request to a site failed", e);
            return SiteAnswer.of(HttpResponseStatus.INTERNAL_SERVER_ERROR);
        }
    }

    private void answer(SiteAnswer answer) {
        if (!channel.isActive()) {
            FileBody.close(answer.file(), site.blocking());
            return;
        }
        if (last) {
            answer.head().headers().set(CONNECTION, HttpHeaderValues.CLOSE);
        }
        channel.write(answer.head());
        if (answer.file() != null) {
            FileBody sending = new FileBody(answer.file(), answer.part(), channel, site.blocking(), this::complete);
            body = sending;
            channel.flush();
            sending.goOn();
            return;
        }
        if (!headOnly && !answer.text().isEmpty()) {
            channel.write(new DefaultHttpContent(Unpooled.copiedBuffer(answer.text(), StandardCharsets.US_ASCII)));
        }
        complete();
    }

    private void complete() {
        body = null;
        answering = false;
        ChannelFuture written = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        written.addListener(done -> endIfLast());
    }

    // A request that goes on is read to its end, so that the answer is not lost in a reset.
    private void endIfLast() {
        if (last && asked && !asking && !answering) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> channel.close());
        }
    }
}
