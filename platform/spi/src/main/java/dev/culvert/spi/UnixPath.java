package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;

/**
 * A service that listens on a Unix domain socket: {@code unix:/run/app.sock}.
 *
 * @param path of the socket; absolute, at most 107 bytes, as the kernel takes it
 */
public record UnixPath(String path) implements ServiceAddress {

    private static final String SCHEME = "unix:";
    private static final int MOST_BYTES = 107;

    /** Checks the path. */
    public UnixPath {
        if (!path.startsWith("/")
                || path.indexOf(0) >= 0
                || path.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw new IllegalArgumentException("address: \"" + SCHEME + path
                    + "\" (expected: unix: and an absolute path of at most " + MOST_BYTES + " bytes)");
        }
    }

    /**
     * Reads {@code unix:/path}.
     *
     * @param value a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static UnixPath parse(Object value) {
        String text = String.valueOf(value).strip();
        if (!isUnixPath(text)) {
            throw new IllegalArgumentException("address: \"" + text + "\" (expected: unix:/path)");
        }
        return new UnixPath(text.substring(SCHEME.length()));
    }

    static boolean isUnixPath(Object value) {
        return String.valueOf(value).strip().startsWith(SCHEME);
    }

    @Override
    public String shown() {
        return toString();
    }

    @Override
    public boolean isComplete() {
        return true;
    }

    @JsonValue
    @Override
    public String toString() {
        return SCHEME + path;
    }
}
