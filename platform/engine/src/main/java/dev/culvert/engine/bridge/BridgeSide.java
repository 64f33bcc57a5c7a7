package dev.culvert.engine.bridge;

/** One of the two channels of a bridge, as they were given to {@link Bridge#join}. */
public enum BridgeSide {
    /** The first. */
    A,

    /** The second. */
    B
}
