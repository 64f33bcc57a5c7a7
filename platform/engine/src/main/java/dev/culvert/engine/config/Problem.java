package dev.culvert.engine.config;

import dev.culvert.spi.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a configuration.
 *
 * @param code which kind of thing
 * @param origin where it was written: a file and line, a flag, a variable; null if nowhere
 * @param path which key, {@code listen[0].bind}; empty for the whole file
 * @param message what is wrong, with the value and the expectation
 */
public record Problem(ErrorCode code, @Nullable String origin, String path, String message) {

    /** One line: {@code CLV-1003: server.toml:12: listen[0].trnsport: unknown key (did you mean "transport"?). …}. */
    @Override
    public String toString() {
        String end = message.endsWith(".") ? " " : ". ";
        return code.code() + ": " + (origin == null ? "" : origin + ": ") + (path.isEmpty() ? "" : path + ": ")
                + message + end + code.remedy();
    }
}
