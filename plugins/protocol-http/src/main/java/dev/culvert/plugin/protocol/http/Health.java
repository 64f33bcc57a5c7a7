package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.HostName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Tells a balancer how the server is: where no tunnel can be, at its address, at its domain and at a host of its own. {@code
 * /healthz} is whether it runs, {@code /readyz} whether it wants visitors.
 */
final class Health {

    private static final String RUNS = "/healthz";
    private static final String WANTS_VISITORS = "/readyz";

    private final boolean on;
    private final HostName domain;
    private final @Nullable HostName own;

    /**
     * Makes one.
     *
     * @param on whether anything is told
     * @param domain the server's, which is no tunnel's
     * @param own one more host, which is no tunnel's
     */
    Health(boolean on, HostName domain, @Nullable HostName own) {
        this.on = on;
        this.domain = domain;
        this.own = own;
    }

    /** Whether a request is for this rather than for a tunnel. */
    boolean isAsked(HttpMethod method, Identity identity) {
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        boolean ours = identity.path().equals(RUNS) || identity.path().equals(WANTS_VISITORS);
        return on && reads && ours && isNoTunnels(identity.authority().host());
    }

    /** Writes the whole answer; the caller ends the exchange. */
    void write(VisitorEnd visitor, Asked asked, Identity identity, boolean draining) {
        boolean well = !draining || identity.path().equals(RUNS);
        ByteBuf body = Unpooled.copiedBuffer(well ? "ok\n" : "draining\n", US_ASCII);
        int length = body.readableBytes();
        boolean head = asked.method().equals(HttpMethod.HEAD);
        if (head) {
            body.clear();
        }
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, well ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, body);
        HttpHeaders headers = answer.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        if (asked.hasBody()) {
            visitor.endAfterThis();
        }
        if (visitor.isLast()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        visitor.answersToHead(head);
        visitor.write(answer); // ownership passes on
        visitor.flush();
    }

    private boolean isNoTunnels(String host) {
        boolean address = host.startsWith("[") || NetUtil.isValidIpV4Address(host);
        return address || host.equals(domain.value()) || own != null && host.equals(own.value());
    }
}
