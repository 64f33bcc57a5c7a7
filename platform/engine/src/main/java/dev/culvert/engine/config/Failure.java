package dev.culvert.engine.config;

import static dev.culvert.spi.ConfigError.INVALID_VALUE;

import com.fasterxml.jackson.core.JacksonException;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import java.nio.file.InvalidPathException;
import java.time.DateTimeException;

/** Finds what a type itself said when Jackson could not make it. */
final class Failure {

    private Failure() {}

    static ErrorCode code(Throwable failure) {
        return root(failure) instanceof CulvertException culvert ? culvert.code() : INVALID_VALUE;
    }

    /** The type's own words, or the given ones if only Jackson has spoken. */
    static String explain(Throwable failure, String otherwise) {
        Throwable root = root(failure);
        if (root instanceof CulvertException culvert) {
            return culvert.detail();
        }
        if (root instanceof JacksonException || root.getMessage() == null || isJdk(root)) {
            return otherwise;
        }
        return root instanceof NullPointerException ? root.getMessage() + " is required" : root.getMessage();
    }

    private static boolean isJdk(Throwable root) {
        return root instanceof NumberFormatException
                || root instanceof DateTimeException
                || root instanceof InvalidPathException
                || root instanceof ClassCastException;
    }

    private static Throwable root(Throwable failure) {
        Throwable at = failure;
        while (at instanceof JacksonException && at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }
}
