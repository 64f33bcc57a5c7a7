package dev.culvert.spi.protocol;

import java.time.Duration;

/**
 * How two channels are joined.
 *
 * @param halfCloseTimeout how long one direction may be silent after the other has ended; zero for no limit
 */
public record BridgeOptions(Duration halfCloseTimeout) {

    /** 60 s. */
    public static final BridgeOptions DEFAULT = new BridgeOptions(Duration.ofSeconds(60));
}
