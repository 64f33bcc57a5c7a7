package dev.culvert.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Where a token comes from: a file, the environment, or, if it must be, the command line. */
final class TokenOptions {

    private static final Logger log = LoggerFactory.getLogger("culvert");

    @Option(names = "--token-file", paramLabel = "FILE", description = "the token is the first line of this file")
    private @Nullable Path file;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "the token itself; other users of this machine can see it: better --token-file, or CULVERT_TOKEN")
    private @Nullable String token;

    /** An {@code [[auth]]} section, or null if nothing says what the token is. */
    @Nullable
    Map<String, Object> section() {
        Object value = value();
        if (value == null) {
            return null;
        }
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("type", "token");
        section.put("token", value);
        return section;
    }

    /** Whether a flag says so: a flag wins over a file, the file over CULVERT_TOKEN. */
    boolean isGiven() {
        return file != null || token != null;
    }

    /** Says what a person should know about how the token was given. */
    void warn() {
        if (token != null) {
            log.warn("--token: other users of this machine can see the token; use --token-file.");
        }
    }

    private @Nullable Object value() {
        if (file != null) {
            return Map.of("file", file.toString());
        }
        if (token != null) {
            return token;
        }
        String environment = System.getenv("CULVERT_TOKEN");
        return environment == null || environment.isEmpty() ? null : environment;
    }
}
