package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.INVALID_VALUE;
import static dev.culvert.spi.ConfigError.PLUGIN_NOT_ALLOWED;
import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A jar, read once. What is hashed is what is loaded: nobody can swap the file in between.
 *
 * @param path where it was
 * @param bytes all of it; not copied, this record stays in its package
 * @param sha256 of the bytes, in hex
 */
@SuppressWarnings("ArrayRecordComponent")
record JarBytes(Path path, byte[] bytes, String sha256) {

    private static final int LIMIT = 256 * 1024 * 1024;

    static JarBytes read(Path path) {
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(LIMIT + 1);
            if (bytes.length > LIMIT) {
                throw new CulvertException(
                        PLUGIN_NOT_LOADED, path + " is larger than " + LIMIT / (1024 * 1024) + " MiB.");
            }
            return new JarBytes(path, bytes, sha256(bytes));
        } catch (IOException e) {
            throw new CulvertException(PLUGIN_NOT_LOADED, path + " cannot be read.", e);
        }
    }

    /** Refuses a jar that a list does not name; no list allows all. */
    void requireAllowed(@Nullable List<String> allow) {
        if (allow == null) {
            return;
        }
        for (String entry : allow) {
            if (!entry.matches("[0-9a-fA-F]{64}")) {
                throw new CulvertException(
                        INVALID_VALUE, "plugins.allow: \"" + entry + "\" (expected: a SHA-256 in hex, 64 digits).");
            }
        }
        if (allow.stream().noneMatch(sha256::equalsIgnoreCase)) {
            throw new CulvertException(
                    PLUGIN_NOT_ALLOWED, path + " has SHA-256 " + sha256 + ", which plugins.allow does not list.");
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
