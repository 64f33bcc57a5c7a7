package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.TunnelStream;
import io.netty.handler.codec.http.HttpMethod;

/** The way to a service for one request: a stream, or a part of one. Its methods may be called from any thread. */
interface ServiceEnd {

    /** What carries it. */
    TunnelStream stream();

    /** Whether it has carried another request before. */
    boolean isReused();

    /** Whether the session that carried it is gone. */
    boolean isLinkLost();

    /** From now on what comes from the service goes to this exchange, which asks by this method. */
    void attach(Exchange exchange, HttpMethod method);

    /** Sends a part of a request; takes ownership. */
    void write(Object message);

    void flush();

    boolean isWritable();

    /** Whether what the service sends is read. */
    void read(boolean on);

    /** The exchange is given up: the service sees a reset. */
    void reset();

    /**
     * The exchange is over.
     *
     * @param reusable whether another may follow on the same stream
     */
    void answered(boolean reusable);
}
