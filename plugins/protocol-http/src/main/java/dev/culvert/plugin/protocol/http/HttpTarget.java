package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonCreator;

/** What {@code local} of an HTTP tunnel says: a service that listens, or a directory. */
public sealed interface HttpTarget permits LocalTarget, LocalDirectory {

    /**
     * Reads a target as a file has it.
     *
     * @param value a port, or a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static HttpTarget parse(Object value) {
        String text = String.valueOf(value).strip();
        return LocalDirectory.isDirectory(text) ? LocalDirectory.parse(text) : LocalTarget.parse(value);
    }
}
