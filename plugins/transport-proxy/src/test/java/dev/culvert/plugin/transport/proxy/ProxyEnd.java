package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A proxy and the server behind it in one: it hears what it expects, answers, and then is the server. */
final class ProxyEnd implements Transport {

    /**
     * One exchange.
     *
     * @param expected what the client says
     * @param answer what it hears
     */
    record Exchange(String expected, String answer) {}

    private final List<Exchange> script;

    ProxyEnd(Exchange... script) {
        this.script = List.of(script);
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        Promise<Optional<PrivateConnection>> promise = raw.eventLoop().newPromise();
        raw.pipeline().addLast(new Script(promise));
        raw.config().setAutoRead(true);
        return promise;
    }

    @Override
    public boolean isConfidential() {
        return false;
    }

    private final class Script extends ChannelInboundHandlerAdapter {

        private final Promise<Optional<PrivateConnection>> promise;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private int step;

        Script(Promise<Optional<PrivateConnection>> promise) {
            this.promise = promise;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            heard.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
            Exchange exchange = script.get(step);
            String text = heard.toString(StandardCharsets.ISO_8859_1);
            if (!exchange.expected().startsWith(text)) {
                promise.tryFailure(new CulvertException(WireError.PROTOCOL_VIOLATION, "not expected: " + text));
            } else if (exchange.expected().equals(text)) {
                heard.reset();
                step++;
                ctx.writeAndFlush(Unpooled.copiedBuffer(exchange.answer(), StandardCharsets.ISO_8859_1));
                if (step == script.size()) {
                    Channel channel = ctx.channel();
                    channel.config().setAutoRead(false);
                    channel.pipeline().remove(this);
                    promise.trySuccess(Optional.of(new PrivateConnection(
                            channel, new AuthenticationContext(channel.remoteAddress(), null, Map.of(), false), null)));
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            promise.tryFailure(new CulvertException(WireError.CONNECTION_LOST, "ended."));
        }
    }
}
