package dev.culvert.engine.plugin;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.pf4j.DefaultVersionManager;

/** The version of the SPI in this process, as its build wrote it down. */
final class SpiVersion {

    static final String CURRENT = read();

    private SpiVersion() {}

    /**
     * Whether a plugin may be loaded.
     *
     * @param range a range of versions as PF4J writes them, {@code >=0.1.0 & <0.2.0}; a bare version means "or newer"
     * @throws IllegalArgumentException if it is no range
     */
    static boolean satisfies(String range) {
        String constraint = range.matches("\\d+\\.\\d+\\.\\d+") ? ">=" + range : range;
        try {
            // A pre-release satisfies what its release does: plugins are tested before it.
            return new DefaultVersionManager().checkVersionConstraint(CURRENT.replaceFirst("-.*", ""), constraint);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("\"" + range + "\" is no range of versions", e);
        }
    }

    private static String read() {
        try (InputStream in = ErrorCode.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(requireNonNull(in, "version.properties of the SPI"));
            return requireNonNull(properties.getProperty("version"), "version of the SPI");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
