package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.IncomingStream;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequest;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import org.jspecify.annotations.Nullable;

/** SOCKS 5 (RFC 1928) with or without user name and password (RFC 1929). */
final class Socks5Handshake extends ProxyHandshake {

    private ChannelHandler decoder = new Socks5InitialRequestDecoder();
    private boolean commanded;

    Socks5Handshake(ProxyService service, IncomingStream stream) {
        super(service, stream);
    }

    @Override
    void addCodec() {
        channel().pipeline().addLast(Socks5ServerEncoder.DEFAULT, decoder);
    }

    @Override
    void asked(Object message) {
        if (message instanceof Socks5InitialRequest greeting) {
            greeted(greeting);
        } else if (message instanceof Socks5PasswordAuthRequest credential) {
            gave(credential);
        } else if (message instanceof Socks5CommandRequest command) {
            commanded(command);
        }
    }

    @Override
    void removeDecoder() {
        remove(decoder);
    }

    @Override
    void removeEncoder() {
        remove(Socks5ServerEncoder.DEFAULT);
    }

    @Override
    Object success() {
        return response(Socks5CommandStatus.SUCCESS);
    }

    @Override
    @Nullable
    Object refusal(CulvertException cause) {
        return commanded ? response(status(cause.code())) : null;
    }

    private void greeted(Socks5InitialRequest greeting) {
        if (greeting.decoderResult().isFailure()) {
            fail("the visitor does not speak SOCKS 5");
            return;
        }
        Socks5AuthMethod method = login() == null ? Socks5AuthMethod.NO_AUTH : Socks5AuthMethod.PASSWORD;
        if (!greeting.authMethods().contains(method)) {
            refuse(
                    new CulvertException(
                            ServiceError.CREDENTIAL_REFUSED,
                            "the visitor does not offer the method of authentication \"" + method + "\"."),
                    new DefaultSocks5InitialResponse(Socks5AuthMethod.UNACCEPTED));
            return;
        }
        channel().writeAndFlush(new DefaultSocks5InitialResponse(method));
        expect(login() == null ? new Socks5CommandRequestDecoder() : new Socks5PasswordAuthRequestDecoder());
    }

    private void gave(Socks5PasswordAuthRequest credential) {
        ProxyLogin login = login();
        if (credential.decoderResult().isFailure()) {
            fail("the visitor's user name and password are malformed");
        } else if (login != null && login.isGivenBy(credential.username(), credential.password())) {
            channel().writeAndFlush(new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.SUCCESS));
            expect(new Socks5CommandRequestDecoder());
        } else {
            refuse(
                    new CulvertException(
                            ServiceError.CREDENTIAL_REFUSED, "the visitor's user name or password is another."),
                    new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.FAILURE));
        }
    }

    private void commanded(Socks5CommandRequest command) {
        commanded = true;
        if (command.decoderResult().isFailure()) {
            fail("the visitor's command is malformed");
        } else if (!command.type().equals(Socks5CommandType.CONNECT)) {
            refuse(
                    new CulvertException(
                            ServiceError.HANDSHAKE_FAILED, "the visitor asked for another command than CONNECT."),
                    response(Socks5CommandStatus.COMMAND_UNSUPPORTED));
        } else {
            Wanted wanted;
            try {
                wanted = Wanted.of(command.dstAddr(), command.dstPort());
            } catch (IllegalArgumentException e) {
                fail("the visitor asked for " + e.getMessage());
                return;
            }
            connect(wanted);
        }
    }

    // What it has read too many goes through the next one.
    private void expect(ChannelHandler next) {
        ChannelHandler before = decoder;
        channel().pipeline().addAfter(channel().pipeline().context(before).name(), null, next);
        decoder = next;
        remove(before);
    }

    // The address that it connects from is nobody's business, and RFC 1928 asks for one.
    private static DefaultSocks5CommandResponse response(Socks5CommandStatus status) {
        return new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4, "0.0.0.0", 0);
    }

    private static Socks5CommandStatus status(ErrorCode code) {
        if (!(code instanceof ServiceError known)) {
            return Socks5CommandStatus.FAILURE;
        }
        return switch (known) {
            case DESTINATION_NOT_LISTED -> Socks5CommandStatus.FORBIDDEN;
            case REFUSED -> Socks5CommandStatus.CONNECTION_REFUSED;
            case UNKNOWN_HOST -> Socks5CommandStatus.HOST_UNREACHABLE;
            case TIMEOUT -> Socks5CommandStatus.TTL_EXPIRED;
            default -> Socks5CommandStatus.FAILURE;
        };
    }
}
