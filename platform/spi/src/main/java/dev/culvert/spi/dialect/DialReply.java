package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;

/** How a dialect tells the server what became of a stream. One of its methods is called, once, on the stream's loop. */
public interface DialReply {

    /** The service is connected; bytes from it follow. */
    void connected();

    /**
     * The service is not to be had; the dialect ends the stream.
     *
     * @param cause why
     */
    void refused(CulvertException cause);
}
