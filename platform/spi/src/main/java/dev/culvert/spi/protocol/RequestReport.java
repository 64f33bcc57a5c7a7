package dev.culvert.spi.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request, for protocols that carry several on a connection or a stream.
 *
 * @param origin who asked
 * @param stream what carried it, the last if it was sent twice; null if nothing did
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
        @Nullable TunnelStream stream,
        int status,
        Outcome outcome,
        boolean sentTwice,
        Duration held,
        long bytesIn,
        long bytesOut,
        Duration duration) {

    /** Whether what came after it was {@linkplain TunnelHandle#bridge bridged}, and is counted as that. */
    public boolean isBridged() {
        return outcome == Outcome.OK && status == 101;
    }

    /** Whether {@link TunnelHandle#refused} was told of it, with the cause: not so where a filter answered to its content. */
    public boolean isRefusal() {
        return outcome == Outcome.REFUSED && status >= 400;
    }

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
