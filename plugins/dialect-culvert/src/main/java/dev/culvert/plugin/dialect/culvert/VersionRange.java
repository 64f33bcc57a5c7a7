package dev.culvert.plugin.dialect.culvert;

import java.util.OptionalInt;

/**
 * Which versions of the session protocol an end speaks.
 *
 * @param min the lowest
 * @param max the highest
 */
record VersionRange(int min, int max) {

    /** What this build speaks. */
    static final VersionRange CURRENT = new VersionRange(1, 1);

    VersionRange {
        if (min < 1 || max < min) {
            throw new IllegalArgumentException("versions: " + min + ".." + max + " (expected: 1 <= min <= max)");
        }
    }

    /** The highest version that both ends speak. */
    OptionalInt choose(VersionRange other) {
        int highest = Math.min(max, other.max);
        return highest >= Math.max(min, other.min) ? OptionalInt.of(highest) : OptionalInt.empty();
    }

    boolean contains(int version) {
        return version >= min && version <= max;
    }

    @Override
    public String toString() {
        return min == max ? String.valueOf(min) : min + " to " + max;
    }
}
