package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_PATH;

import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A directory of plain jars. What only looks like a plugin is refused, not skipped: silence would be a riddle. */
final class PluginDirectory {

    private final Path directory;

    PluginDirectory(Path directory) {
        this.directory = directory;
    }

    /** The jars, in the order of their names. */
    List<Path> jars() {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> jars = new ArrayList<>();
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                if (isJar(file)) {
                    jars.add(file);
                }
            }
            return jars;
        } catch (IOException e) {
            throw new CulvertException(PLUGIN_PATH, directory + " cannot be listed (expected: a directory).", e);
        }
    }

    private static boolean isJar(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean directory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        if (name.endsWith(".zip")) {
            throw refused(file, "is a zip archive");
        }
        if (directory && Files.exists(file.resolve(PluginProperties.FILE))) {
            throw refused(file, "is an unpacked plugin");
        }
        if (!name.endsWith(".jar")) {
            return false;
        }
        if (Files.isSymbolicLink(file)) {
            throw refused(file, "is a symbolic link");
        }
        if (directory) {
            throw refused(file, "is a directory");
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(file, "is not a regular file");
        }
        return true;
    }

    private static CulvertException refused(Path file, String what) {
        return new CulvertException(PLUGIN_PATH, file + " " + what + " (expected: a jar).");
    }
}
