package dev.culvert.spi.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;

/** One request and its answer, as filters see it. The platform implements it. */
public interface HttpExchange {

    /** What was asked, and by whom: what the request was routed by, and the only thing to authorise it by. */
    RequestIdentity identity();

    /** The name of the tunnel it goes to. */
    String tunnel();

    /** Whose tunnel that is. */
    String account();

    /**
     * The request's headers on their way to the service: what filters before this one have left of them, without those that
     * are for one hop (RFC 9110, section 7.6.1). They may be changed until the verdict is given. Names and values that
     * cannot be sent are refused by Netty.
     *
     * <p>Whoever makes the body longer or shorter removes {@code content-length}. What the platform itself tells the
     * service ({@code X-Forwarded-For} and the like) is added after the filters.
     */
    HttpHeaders headers();

    /** The visitor's event loop, on which filters and passages are called. Short timers may be put on it. */
    EventLoop eventLoop();

    /**
     * Ends the exchange. A visitor that has seen nothing of an answer gets this one; for any other the answer breaks off,
     * which is an error to it, never a short success. Thread-safe; does nothing after the end.
     *
     * @param answer what to say
     */
    void end(HttpAnswer answer);
}
