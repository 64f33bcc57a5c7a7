package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.REFERER;
import static io.netty.handler.codec.http.HttpHeaderNames.USER_AGENT;

import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.EndPointBinding;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes a visitor's requests, one after another, checks and routes each, and begins its exchange. One for a connection of
 * HTTP/1.1, one for each stream of HTTP/2; lives on its loop.
 */
final class VisitorHandler extends ChannelInboundHandlerAdapter implements Departure.Connection {

    private final Front front;
    private final Peer peer;
    private final Function<ChannelHandlerContext, VisitorEnd> ends;
    private @Nullable VisitorEnd visitor;
    private @Nullable Exchange exchange;

    /**
     * Makes one.
     *
     * @param ends makes the visitor's side of an exchange, once
     */
    VisitorHandler(Front front, Peer peer, Function<ChannelHandlerContext, VisitorEnd> ends) {
        this.front = front;
        this.peer = peer;
        this.ends = ends;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        VisitorEnd end = ends.apply(ctx);
        visitor = end;
        end.deadline().set(front.limits().headTimeout());
        if (!end.isMultiplexed()) {
            front.departure().add(this); // of HTTP/2, the connection does so
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        front.departure().remove(this);
    }

    @Override
    public void leave() {
        VisitorEnd end = visitor;
        if (end != null) {
            end.channel().eventLoop().execute(() -> {
                if (isBetweenRequests(end)) {
                    end.deadline().set(Departure.PATIENCE);
                }
            });
        }
    }

    private boolean isBetweenRequests(VisitorEnd end) {
        Exchange current = exchange;
        return (current == null || current.isOver()) && !end.isMidHead();
    }

    /** A deadline has passed. */
    void expired() {
        VisitorEnd end = visitor;
        Exchange current = exchange;
        if (end == null) {
            return;
        }
        if (current != null && !current.isOver()) {
            current.expired();
        } else if (end.isMidHead()) {
            refuse(
                    end,
                    Refusal.of(
                            HttpResponseStatus.REQUEST_TIMEOUT,
                            dev.culvert.spi.HttpError.REQUEST_TIMEOUT,
                            "the head of a request took too long."),
                    nothing());
        } else if (front.departure().hasBegun()) {
            end.endAfterThis();
            end.answered(true); // a request that comes just now is not answered by a reset
        } else {
            end.channel().close(); // between two requests
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        VisitorEnd end = visitor;
        if (end == null) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof Fault fault) {
            refuse(end, RequestRules.of(fault.error()), nothing());
        } else if (message instanceof HttpRequest request) {
            begin(end, request);
            if (request instanceof HttpContent content) {
                content(content); // all of it at once
            }
        } else if (message instanceof HttpContent content) {
            content(content);
        } else {
            ctx.fireChannelRead(message); // undecoded: what was sent ahead of an upgrade
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        VisitorEnd end = visitor;
        if (current != null && !current.isOver()) {
            current.requestReadComplete();
        } else if (end != null && end.isMidHead()) {
            end.headBegins(front.limits().headTimeout());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null) {
            current.visitorWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            Exchange current = exchange;
            if (current == null || current.isOver() || !current.hasWholeRequest() || current.isHeld()) {
                gone();
                ctx.close();
            } else if (visitor != null) {
                visitor.endAfterThis(); // it may still read
            }
        } else if (event instanceof Http2ResetFrame) {
            gone();
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException) {
            return; // a write after the end
        }
        gone();
        if (visitor != null) {
            visitor.failed(cause);
        }
    }

    private void gone() {
        Exchange current = exchange;
        VisitorEnd end = visitor;
        if (current != null) {
            current.visitorGone();
        }
        if (end != null) {
            end.deadline().cancel();
        }
    }

    private void content(HttpContent content) {
        Exchange current = exchange;
        if (current == null) {
            content.release(); // of a request that was refused
        } else {
            current.requestContent(content); // ownership passes on
        }
    }

    private void begin(VisitorEnd end, HttpRequest request) {
        end.begins(request.protocolVersion().equals(HttpVersion.HTTP_1_0), HttpUtil.isKeepAlive(request));
        end.forget();
        exchange = null;
        HttpHeaders headers = request.headers();
        Refusal wrong = RequestRules.check(request);
        Identity identity = wrong == null ? RequestRules.identify(request) : null;
        if (identity == null) {
            refuse(
                    end,
                    wrong == null ? Refusal.badRequest("a target or Host that is not one host and path.") : wrong,
                    nothing());
            return;
        }
        InetSocketAddress source = front.forwarding().visitor(peer, headers);
        boolean secure = front.forwarding().isSecure(peer, headers);
        Asked asked = new Asked(
                front.forwarding().requestId(peer, headers),
                request.method(),
                headers.get(ACCEPT),
                Framing.hasBody(request),
                HopByHop.asksForWebSocket(request) && end.canUpgrade(),
                new StreamOrigin(source, peer.local()),
                identity,
                headers.get(REFERER),
                headers.get(USER_AGENT),
                System.nanoTime());
        Refusal misled = front.misdirected(peer, identity);
        if (misled == null && front.health().isAsked(asked.method(), identity)) {
            front.health().write(end, asked, identity, front.isDraining());
            end.answered(!asked.hasBody());
            return;
        }
        Route route = front.find(identity);
        Consumer<PrivateConnection> session =
                misled == null && route == null && asked.webSocket() ? front.sharing(identity.path()) : null;
        if (session != null) {
            ByteBuf head = HeadBytes.of(request);
            // The decoder has its last word of this request yet to say.
            end.channel().eventLoop().execute(() -> handOver(end, head, session, source, secure));
            return;
        }
        misled = misled == null ? front.check(identity, route) : misled;
        if (misled != null || route == null) {
            refuse(end, misled == null ? Refusal.badRequest("no route.") : misled, asked);
            return;
        }
        String elsewhere = Redirect.of(route, identity, secure);
        if (elsewhere != null) {
            Redirect.write(end, elsewhere, asked);
            noteRefused(end, asked, route.handle().name());
            end.answered(!asked.hasBody());
            return;
        }
        HttpRequest forService = forService(route, request, identity, asked, source, secure);
        HttpFilter filter = route.filter();
        Filtering filtering = filter == null
                ? null
                : new Filtering(
                        filter,
                        identity.forFilters(asked, source, secure),
                        route,
                        forService.headers(),
                        end.channel().eventLoop());
        Exchange begun = new Exchange(
                end,
                route,
                route.pool(front.via(identity, asked.webSocket())),
                asked,
                forService,
                front.limits(),
                front.accessLog(),
                filtering);
        exchange = begun;
        begun.start();
    }

    private void handOver(
            VisitorEnd end,
            ByteBuf head,
            Consumer<PrivateConnection> session,
            InetSocketAddress source,
            boolean secure) {
        if (!end.channel().isActive()) {
            head.release();
            return;
        }
        DuplexChannel bare = end.unwrap(head);
        visitor = null; // only now: what the decoder had left over has passed through here
        if (bare != null) {
            session.accept(
                    new PrivateConnection(bare, new AuthenticationContext(source, null, bindings(bare), secure), null));
        }
    }

    private static Map<String, byte[]> bindings(DuplexChannel connection) {
        SslHandler tls = connection.pipeline().get(SslHandler.class);
        Certificate[] own = tls == null ? null : tls.engine().getSession().getLocalCertificates();
        return own == null ? Map.of() : EndPointBinding.of((X509Certificate) own[0]);
    }

    private HttpRequest forService(
            Route route,
            HttpRequest request,
            Identity identity,
            Asked asked,
            InetSocketAddress source,
            boolean secure) {
        HttpHeaders headers = request.headers();
        HopByHop.strip(headers);
        HopByHop.stripOfHttp2(headers);
        front.forwarding().apply(peer, headers, identity.authority(), source, secure, asked.id());
        route.parameters().requestHeaders().apply(headers);
        String host = route.parameters().hostHeader();
        headers.set(HOST, host == null ? identity.authority().toString() : host);
        if (asked.webSocket()) {
            HopByHop.upgrade(headers);
        }
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), route.target(identity), headers);
    }

    private void refuse(VisitorEnd end, Refusal refusal, Asked asked) {
        boolean whole = !asked.hasBody() && !VisitorEnd.endsConnection(refusal.status());
        if (!whole) {
            end.endAfterThis();
        }
        ErrorAnswer.write(end, refusal, asked);
        noteRefused(end, asked, "-");
        end.answered(whole);
    }

    private void noteRefused(VisitorEnd end, Asked asked, String tunnel) {
        Duration took = Duration.ofNanos(System.nanoTime() - asked.began());
        RequestReport report = new RequestReport(
                asked.origin(),
                null,
                end.status(),
                RequestReport.Outcome.REFUSED,
                false,
                Duration.ZERO,
                0,
                end.bytesOut(),
                took);
        front.accessLog().write(asked, end, tunnel, report);
    }

    private Asked nothing() {
        StreamOrigin origin = new StreamOrigin(peer.address(), peer.local());
        return new Asked(
                RequestIds.next(), HttpMethod.GET, null, true, false, origin, null, null, null, System.nanoTime());
    }
}
