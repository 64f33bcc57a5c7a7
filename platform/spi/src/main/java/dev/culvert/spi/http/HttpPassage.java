package dev.culvert.spi.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * What goes through a filter with one request: sees the rest of it, and the answer. All methods are called on {@link
 * HttpExchange#eventLoop}, one at a time, in the order in which things happen, and must not block; {@link #ended} is the
 * last. A passage that throws ends the exchange, as {@link HttpExchange#end} does, with {@link
 * FilterError#FILTER_FAILED}; the part it was given has then been released by it.
 *
 * <p>Bytes after a change of protocol (a WebSocket's, after 101) are no body and pass unseen.
 */
public interface HttpPassage {

    /** Sees nothing. */
    HttpPassage NOTHING = new HttpPassage() {};

    /**
     * A part of the request's body, on its way to the service. To refuse it, {@linkplain HttpExchange#end end} the
     * exchange and return the part.
     *
     * @param part the next bytes, perhaps none; owned by this method, which passes the ownership on by returning it
     * @param last whether the body ends with it; the last part comes also where there is no body
     * @return what the service gets instead, perhaps nothing ({@link io.netty.buffer.Unpooled#EMPTY_BUFFER}) for now
     */
    default ByteBuf requestBody(ByteBuf part, boolean last) {
        return part;
    }

    /**
     * The head of the answer, on its way to the visitor: the service's, that of a filter behind this one, the platform's
     * where the service cannot be reached, or that of {@link HttpExchange#end}. Called once at most; not for the
     * provisional 1xx, but for 101.
     *
     * @param status the answer's
     * @param headers the answer's, which may be changed. Whoever makes the body longer or shorter removes {@code
     *     content-length}
     */
    default void response(HttpResponseStatus status, HttpHeaders headers) {}

    /**
     * A part of the answer's body, on its way to the visitor.
     *
     * @param part the next bytes, perhaps none; owned by this method, which passes the ownership on by returning it
     * @param last whether the body ends with it; the last part comes also where there is no body, unless the answer breaks
     *     off
     * @return what the visitor gets instead, perhaps nothing for now
     */
    default ByteBuf responseBody(ByteBuf part, boolean last) {
        return part;
    }

    /**
     * All is over. Called exactly once.
     *
     * @param end how it went
     */
    default void ended(HttpEnd end) {}
}
