package dev.culvert.plugin.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of a visitor's connection: the certificate of the name that it asks for, HTTP/2 if both sides like. Whoever asks
 * for a name without a certificate, or for none, gets the alert {@code unrecognized_name}, never another one's certificate.
 */
final class TlsFront extends AbstractSniHandler<SslContext> {

    private static final int MOST_BYTES = 16 * 1024;

    /** RFC 8446, section 6: alert, legacy version, length, fatal, unrecognized_name. */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    private final Certificates certificates;
    private final Front front;
    private final Peer peer;

    TlsFront(Certificates certificates, Front front, Peer peer) {
        super(MOST_BYTES, front.limits().headTimeout().toMillis());
        this.certificates = certificates;
        this.front = front;
        this.peer = peer;
    }

    @Override
    protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
        Authority asked = hostname == null ? null : Authority.parse(hostname);
        SslContext found = asked == null ? null : certificates.find(asked.host());
        return found == null
                ? ctx.executor().newFailedFuture(new IllegalArgumentException("no certificate"))
                : ctx.executor().newSucceededFuture(found);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, @Nullable String hostname, Future<SslContext> found) {
        Authority asked = hostname == null ? null : Authority.parse(hostname);
        if (!found.isSuccess() || asked == null) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME)).addListener(written -> ctx.close());
            return;
        }
        SslHandler tls = found.getNow().newHandler(ctx.alloc());
        tls.setHandshakeTimeoutMillis(front.limits().headTimeout().toMillis());
        Peer secure = new Peer(peer.address(), peer.local(), peer.trusted(), true, asked.host());
        ctx.pipeline().addAfter(ctx.name(), null, new Negotiated(tls, front, secure));
        ctx.pipeline().replace(this, null, tls);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** Waits for the end of the handshake, and for what was agreed (RFC 7301). */
    private static final class Negotiated extends ChannelInboundHandlerAdapter {

        private final SslHandler tls;
        private final Front front;
        private final Peer peer;

        Negotiated(SslHandler tls, Front front, Peer peer) {
            this.tls = tls;
            this.front = front;
            this.peer = peer;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
                ctx.fireUserEventTriggered(event);
            } else if (handshake.isSuccess()) {
                boolean http2 = ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
                Visitors.speak(ctx, http2, front, peer);
                ctx.pipeline().remove(this);
            } else {
                ctx.close();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message); // nothing comes before the end of the handshake
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
