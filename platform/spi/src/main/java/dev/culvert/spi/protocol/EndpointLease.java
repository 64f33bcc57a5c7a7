package dev.culvert.spi.protocol;

import dev.culvert.spi.Endpoint;

/** A public endpoint that a protocol keeps open. */
public interface EndpointLease extends AutoCloseable {

    /** Where it is. */
    Endpoint endpoint();

    /** Takes no more visitors. Open connections go on. Thread-safe; the second call does nothing. */
    @Override
    void close();
}
