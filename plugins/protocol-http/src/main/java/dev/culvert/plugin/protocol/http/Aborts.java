package dev.culvert.plugin.protocol.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;

/** Ends that nobody can take for a clean one. */
final class Aborts {

    private Aborts() {}

    /** Ends a visitor's connection so that its peer sees RST, and no close_notify before it. */
    static void abort(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // The kernel knows already that the connection is gone; closing is all that is left to do.
        }
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        if (tls == null) {
            channel.close();
        } else {
            tls.close(); // from below it: it would say goodbye
        }
    }
}
