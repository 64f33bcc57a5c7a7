package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.CulvertException;
import java.io.IOException;

/** Where an end has its certificate and key from. Used by one thread at a time. */
interface IdentitySource {

    /**
     * Reads it.
     *
     * @throws CulvertException naming the file and what is wrong with it
     */
    Identity load();

    /** A value that is another one whenever there may be something new to read. */
    Object stamp() throws IOException;
}
