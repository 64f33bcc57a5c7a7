package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.HostPort;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.socksx.SocksMessage;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandRequest;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialRequest;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5ClientEncoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandResponse;
import io.netty.handler.codec.socksx.v5.Socks5CommandResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialResponse;
import io.netty.handler.codec.socksx.v5.Socks5InitialResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthResponseDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Promise;

/** CONNECT of RFC 1928, without authentication or with that of RFC 1929. The proxy resolves the server's name. */
final class Socks5Connect extends ProxyConnect {

    private static final String ENCODER = "proxy-encoder";
    private static final String DECODER = "proxy-decoder";

    Socks5Connect(Proxy proxy, HostPort server, Promise<Void> done) {
        super(proxy, server, done);
    }

    @Override
    void begin(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), ENCODER, Socks5ClientEncoder.DEFAULT);
        ctx.pipeline().addBefore(ctx.name(), DECODER, new Socks5InitialResponseDecoder());
        say(
                ctx,
                proxy().login() == null
                        ? new DefaultSocks5InitialRequest(Socks5AuthMethod.NO_AUTH)
                        : new DefaultSocks5InitialRequest(Socks5AuthMethod.NO_AUTH, Socks5AuthMethod.PASSWORD));
    }

    @Override
    void onAnswer(ChannelHandlerContext ctx, Object answer) {
        if (answer instanceof SocksMessage message && message.decoderResult().isFailure()) {
            strange("answers with what is not SOCKS5", message.decoderResult().cause());
        } else if (answer instanceof Socks5InitialResponse initial) {
            onMethod(ctx, initial.authMethod());
        } else if (answer instanceof Socks5PasswordAuthResponse login) {
            if (login.status().equals(Socks5PasswordAuthStatus.SUCCESS)) {
                connect(ctx);
            } else {
                refused("rejects the username or password");
            }
        } else if (answer instanceof Socks5CommandResponse response) {
            onResult(response.status());
        }
    }

    @Override
    void removeCodec(ChannelPipeline pipeline) {
        pipeline.remove(ENCODER);
        pipeline.remove(DECODER);
    }

    private void onMethod(ChannelHandlerContext ctx, Socks5AuthMethod method) {
        Login login = proxy().login();
        if (method.equals(Socks5AuthMethod.NO_AUTH)) {
            connect(ctx);
        } else if (method.equals(Socks5AuthMethod.PASSWORD) && login != null) {
            expect(ctx, new Socks5PasswordAuthResponseDecoder());
            say(
                    ctx,
                    new DefaultSocks5PasswordAuthRequest(
                            login.username(), login.password().reveal()));
        } else if (method.equals(Socks5AuthMethod.UNACCEPTED)) {
            refused(login == null ? "wants a username and a password" : "takes no username and password");
        } else {
            strange("chose a way to log in that was not offered", null);
        }
    }

    private void connect(ChannelHandlerContext ctx) {
        String host = server().host();
        Socks5AddressType type = NetUtil.isValidIpV4Address(host)
                ? Socks5AddressType.IPv4
                : NetUtil.isValidIpV6Address(host) ? Socks5AddressType.IPv6 : Socks5AddressType.DOMAIN;
        expect(ctx, new Socks5CommandResponseDecoder());
        say(ctx, new DefaultSocks5CommandRequest(Socks5CommandType.CONNECT, type, host, server().port()));
    }

    private void onResult(Socks5CommandStatus status) {
        if (status.isSuccess()) {
            succeed();
        } else if (status.equals(Socks5CommandStatus.FORBIDDEN)) {
            refused("refuses to connect to " + server());
        } else if (status.equals(Socks5CommandStatus.COMMAND_UNSUPPORTED)
                || status.equals(Socks5CommandStatus.ADDRESS_UNSUPPORTED)) {
            strange("cannot connect to " + server() + ", reply " + (status.byteValue() & 0xff), null);
        } else {
            unreachable("reply " + (status.byteValue() & 0xff));
        }
    }

    private static void expect(ChannelHandlerContext ctx, ChannelHandler decoder) {
        ctx.pipeline().replace(DECODER, DECODER, decoder);
    }
}
