package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import org.jspecify.annotations.Nullable;

/**
 * One row of a diagnosis.
 *
 * @param what what was looked at: {@code name}, {@code connect}, {@code certificate}, …
 * @param detail what was found, of which thing
 * @param failure what is wrong, with a remedy; null if nothing is
 */
public record Check(String what, String detail, @Nullable CulvertException failure) {

    /**
     * A good one.
     *
     * @param what what was looked at
     * @param detail what was found
     */
    public static Check ok(String what, String detail) {
        return new Check(what, detail, null);
    }

    /**
     * One that failed.
     *
     * @param what what was looked at
     * @param failure what is wrong
     */
    public static Check failed(String what, CulvertException failure) {
        return new Check(what, failure.detail(), failure);
    }

    /** Whether nothing is wrong. */
    public boolean isOk() {
        return failure == null;
    }
}
