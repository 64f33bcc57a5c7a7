package dev.culvert.plugin.protocol.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses malformed requests of HTTP/2 (RFC 9113, sections 8.1.1 to 8.3) that Netty lets through: before they become
 * HTTP/1.1, where they could mean something else. One for each stream.
 */
final class Http2Rules extends ChannelInboundHandlerAdapter {

    private static final List<AsciiString> OF_ONE_HOP = List.of(
            AsciiString.cached("connection"),
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("transfer-encoding"),
            AsciiString.cached("upgrade"),
            AsciiString.cached("http2-settings"));
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final int MOST_DIGITS = 18;

    private final int maxFields;
    private boolean headSeen;
    private long expected = -1;
    private long received;
    private boolean dead;

    Http2Rules(Limits limits) {
        this.maxFields = limits.maxFields();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (dead) {
            ReferenceCountUtil.release(message);
            return;
        }
        Http2Error fault = null;
        if (message instanceof Http2HeadersFrame frame) {
            fault = headSeen ? trailers(frame) : head(frame);
            headSeen = true;
        } else if (message instanceof Http2DataFrame frame) {
            received += frame.content().readableBytes();
            fault = length(frame.isEndStream());
        }
        if (fault == null) {
            ctx.fireChannelRead(message);
        } else {
            dead = true;
            ReferenceCountUtil.release(message);
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(fault));
        }
    }

    private @Nullable Http2Error head(Http2HeadersFrame frame) {
        Http2Headers headers = frame.headers();
        if (headers.size() > maxFields) {
            return Http2Error.ENHANCE_YOUR_CALM;
        }
        if (!isWhole(headers) || !areClean(headers, true) || !fieldsFit(headers)) {
            return Http2Error.PROTOCOL_ERROR;
        }
        List<CharSequence> lengths = headers.getAll(CONTENT_LENGTH);
        if (!lengths.isEmpty()) {
            expected = lengths.size() == 1 ? number(lengths.get(0)) : -1;
            if (expected < 0) {
                return Http2Error.PROTOCOL_ERROR;
            }
        }
        return length(frame.isEndStream());
    }

    private @Nullable Http2Error trailers(Http2HeadersFrame frame) {
        Http2Headers headers = frame.headers();
        boolean fits = frame.isEndStream() && headers.size() <= maxFields && areClean(headers, false);
        if (!fits || !fieldsFit(headers)) {
            return Http2Error.PROTOCOL_ERROR;
        }
        headers.remove(CONTENT_LENGTH);
        headers.remove(HOST);
        return length(true);
    }

    private @Nullable Http2Error length(boolean end) {
        boolean wrong = expected >= 0 && (received > expected || end && received != expected);
        return wrong ? Http2Error.PROTOCOL_ERROR : null;
    }

    // Section 8.3.1: each once, none empty; the authority may be missing if there is a Host.
    private static boolean isWhole(Http2Headers headers) {
        return isOne(headers.getAll(Http2Headers.PseudoHeaderName.METHOD.value()))
                && isOne(headers.getAll(Http2Headers.PseudoHeaderName.SCHEME.value()))
                && isOne(headers.getAll(Http2Headers.PseudoHeaderName.PATH.value()))
                && headers.getAll(Http2Headers.PseudoHeaderName.AUTHORITY.value())
                                .size()
                        <= 1;
    }

    private static boolean isOne(List<CharSequence> values) {
        return values.size() == 1 && values.get(0).length() > 0;
    }

    private static boolean areClean(Http2Headers headers, boolean head) {
        boolean fields = false;
        for (Map.Entry<CharSequence, CharSequence> entry : headers) {
            CharSequence name = entry.getKey();
            if (name.length() > 0 && name.charAt(0) == ':') {
                if (!head || fields || !isOfRequest(name)) {
                    return false;
                }
            } else {
                fields = true;
                if (!isToken(name)) {
                    return false;
                }
            }
            if (!isValue(entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfRequest(CharSequence name) {
        return Http2Headers.PseudoHeaderName.isPseudoHeader(name)
                && !Http2Headers.PseudoHeaderName.STATUS.value().contentEquals(name)
                && !Http2Headers.PseudoHeaderName.PROTOCOL.value().contentEquals(name);
    }

    private static boolean isToken(CharSequence name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
                return false;
            }
        }
        return name.length() > 0;
    }

    private static boolean isValue(CharSequence value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return length == 0 || !isBlank(value.charAt(0)) && !isBlank(value.charAt(length - 1));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean fieldsFit(Http2Headers headers) {
        for (AsciiString name : OF_ONE_HOP) {
            if (headers.contains(name)) {
                return false;
            }
        }
        for (CharSequence te : headers.getAll(TE)) {
            if (!TRAILERS.contentEquals(te)) {
                return false;
            }
        }
        return hostFits(headers);
    }

    // The same host said twice is said once; another one is refused later, as in HTTP/1.1.
    private static boolean hostFits(Http2Headers headers) {
        List<CharSequence> hosts = headers.getAll(HOST);
        CharSequence authority = headers.authority();
        if (authority == null || hosts.isEmpty()) {
            return hosts.size() <= 1;
        }
        Authority asked = Authority.parse(authority.toString());
        if (hosts.size() > 1
                || asked == null
                || !asked.equals(Authority.parse(hosts.get(0).toString()))) {
            return false;
        }
        headers.remove(HOST);
        return true;
    }

    private static long number(CharSequence text) {
        if (text.length() == 0 || text.length() > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = 10 * number + (c - '0');
        }
        return number;
    }
}
