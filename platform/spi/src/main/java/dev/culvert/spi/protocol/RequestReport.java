package dev.culvert.spi.protocol;

import java.time.Duration;

/**
 * What became of one request, for protocols that carry several on a connection or a stream.
 *
 * @param origin who asked
 * @param status what the visitor was answered, 100 to 599; 0 if nothing
 * @param outcome how it ended
 * @param sentTwice whether the service was asked once more because the first stream was lost
 * @param held how long it was held for a client that was away; zero if it was not
 * @param bytesIn bytes of the request's body
 * @param bytesOut bytes of the answer's body
 * @param duration from the end of its head to the end of the answer
 */
public record RequestReport(
        StreamOrigin origin,
        int status,
        Outcome outcome,
        boolean sentTwice,
        Duration held,
        long bytesIn,
        long bytesOut,
        Duration duration) {

    /** How a request ended. */
    public enum Outcome {
        /** The visitor has the service's answer, whatever its status. */
        OK,

        /** The visitor has an answer that the service did not give. */
        REFUSED,

        /** The answer broke off, or its visitor left before it was there. */
        ABORTED
    }
}
