package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.Flattened;

/**
 * Rewrites what a file has into the table that a type wants: a short form into the long one, or a default that is the
 * name of a plugin. Must accept the long form as well.
 *
 * <p>Not needed for a bare name where a table with {@code type} is meant, for one value where a list is meant, and for
 * {@link Flattened} components: those are understood everywhere.
 *
 * @param type which type is written like this
 * @param rewrite from what is written to what is bound; must not change its argument
 */
public record Shape(Class<?> type, Rewrite rewrite) {

    /** The rewriting itself. */
    @FunctionalInterface
    public interface Rewrite {

        /** What to bind instead. */
        JsonNode apply(JsonNode written);
    }
}
