package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/**
 * One handshake, of either end.
 *
 * @param failure what to say if it fails
 * @param late what to say if the connection fails directly after it
 * @param established what the end learns from it
 */
record Handshake(Function<Throwable, CulvertException> failure, UnaryOperator<Throwable> late, Learning established) {

    private static final long CLOSE_NOTIFY_MILLIS = 1000;

    /** Begins; on the channel's loop. */
    Future<PrivateConnection> start(Channel raw, SslHandler tls) {
        Promise<PrivateConnection> promise = raw.eventLoop().newPromise();
        if (!raw.isActive()) {
            // The handler never comes into a pipeline, which would free it.
            io.netty.util.ReferenceCountUtil.release(tls.engine());
            return promise.setFailure(failure.apply(new ClosedChannelException()));
        }
        InsideHandler inside = new InsideHandler(late);
        LastWords lastWords = new LastWords();
        Resumption.disable(tls.engine());
        tls.setHandshakeTimeoutMillis(0); // the platform has a deadline for all of the login
        tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
        tls.handshakeFuture().addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                raw.pipeline().remove(lastWords);
                succeeded(raw, tls, inside, promise);
            } else {
                lastWords.failed();
                promise.setFailure(failure.apply(done.cause()));
            }
        });
        raw.pipeline().addLast("tls-last-words", lastWords).addLast("tls", tls).addLast("tls-inside", inside);
        raw.read();
        return promise;
    }

    private void succeeded(Channel raw, SslHandler tls, InsideHandler inside, Promise<PrivateConnection> promise) {
        SSLSession session = tls.engine().getSession();
        boolean halfClose = keepsHalfClose(tls.engine(), session);
        inside.established(halfClose);
        Channel channel = halfClose ? new HalfClosingTlsChannel(raw, tls, inside) : new TlsChannel(raw);
        try {
            promise.setSuccess(established.of(channel, session));
        } catch (CulvertException e) {
            promise.setFailure(e);
        }
    }

    // BoringSSL's engine ends both directions when the peer ends one, and so did every TLS before 1.3.
    private static boolean keepsHalfClose(SSLEngine engine, SSLSession session) {
        return !(engine instanceof io.netty.handler.ssl.ReferenceCountedOpenSslEngine)
                && session.getProtocol().equals("TLSv1.3");
    }

    /** Makes what the core sees of what the handshake has shown. */
    @FunctionalInterface
    interface Learning {

        PrivateConnection of(Channel channel, SSLSession session);
    }
}
