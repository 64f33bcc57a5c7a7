package dev.culvert.engine.config;

import java.util.Set;

/**
 * Where the checker is: the file's shape and the bound object's differ where short forms are understood.
 *
 * @param bound where the value is in the object
 * @param written where it is in the sources
 * @param known keys of the record around it that stand in the same table
 */
record Place(KeyPath bound, KeyPath written, Set<String> known) {

    static final Place ROOT = new Place(KeyPath.ROOT, KeyPath.ROOT, Set.of());

    /** A value below this one in both. */
    Place below(Object step) {
        return new Place(bound.with(step), written.with(step), Set.of());
    }

    /** A value below this one in the object only. */
    Place within(Object step) {
        return new Place(bound.with(step), written, Set.of());
    }

    /** A value within this one, in a table that others share. */
    Place sharing(String step, Set<String> keys) {
        return new Place(bound.with(step), written, keys);
    }
}
