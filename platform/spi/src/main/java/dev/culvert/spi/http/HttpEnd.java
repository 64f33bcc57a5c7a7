package dev.culvert.spi.http;

import dev.culvert.spi.CulvertException;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange ended.
 *
 * @param outcome who ended it
 * @param status what the visitor was answered, perhaps by a filter or by the platform; null if nothing
 * @param cause why it failed or was refused; null if there is nothing to say
 */
public record HttpEnd(
        Outcome outcome,
        @Nullable HttpResponseStatus status,
        @Nullable CulvertException cause) {

    /** Who ended it. */
    public enum Outcome {
        /** The service has answered, and the visitor has all of it; the status may be any, 500 for one. */
        COMPLETED,

        /** A filter or a limit of the platform answered in the service's place, or broke its answer off. */
        REFUSED,

        /** No client was there, the service could not be reached, or its answer was late, malformed or cut off. */
        SERVICE_FAILED,

        /** The visitor went away before it had the whole answer. */
        VISITOR_LEFT
    }
}
