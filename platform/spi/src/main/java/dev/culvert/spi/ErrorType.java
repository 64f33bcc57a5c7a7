package dev.culvert.spi;

/** Who can do something about an error. */
public enum ErrorType {
    /** Whoever wrote the configuration or typed the command. */
    USER,

    /** Nobody here: the network, the other end, a service that is down. */
    EXTERNAL,

    /** The authors: a fault of the platform or a plugin. */
    INTERNAL
}
