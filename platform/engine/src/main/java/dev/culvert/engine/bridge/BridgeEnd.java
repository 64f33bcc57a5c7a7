package dev.culvert.engine.bridge;

import dev.culvert.spi.CulvertException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a bridge ended.
 *
 * @param bytesAtoB read from the first channel and passed on to the second
 * @param bytesBtoA read from the second channel and passed on to the first
 * @param duration how long the two were joined
 * @param cause why it ended before both sides had said that they were done; null for a normal end
 * @param abortedBy which side broke off; null for a normal end and where the platform ended it
 */
public record BridgeEnd(
        long bytesAtoB,
        long bytesBtoA,
        Duration duration,
        @Nullable CulvertException cause,
        @Nullable BridgeSide abortedBy) {

    /** Whether both directions were carried to their end. */
    public boolean isClean() {
        return cause == null;
    }
}
