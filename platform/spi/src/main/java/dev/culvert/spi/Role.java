package dev.culvert.spi;

/** Which end of a session this process is. */
public enum Role {
    /** The public end: accepts sessions and visitors. */
    SERVER,

    /** The end beside the private service: opens sessions, accepts streams. */
    CLIENT
}
