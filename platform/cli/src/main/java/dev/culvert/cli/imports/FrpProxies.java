package dev.culvert.cli.imports;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The {@code [[proxies]]} of a client of frp, and of the files that it includes. */
final class FrpProxies {

    private static final int MOST_FILES = 1000;

    private final List<String> start;
    private final Draft draft;
    private int written;

    /**
     * Begins.
     *
     * @param start the names of those that are on; empty for all
     * @param draft where they are written to
     */
    FrpProxies(List<String> start, Draft draft) {
        this.start = start;
        this.draft = draft;
    }

    /**
     * Writes those of one file.
     *
     * @param file what its relative paths are beside
     */
    void write(Keys keys, Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        keys.tables("proxies").forEach(proxy -> proxy(proxy, folder == null ? file.toAbsolutePath() : folder));
        keys.tables("visitors").forEach(visitor -> visitor.dropAll("Culvert's visitors need no client"));
    }

    /** Takes the proxies of other files in. */
    void include(Keys keys, Path file, List<String> patterns) {
        Path folder = file.toAbsolutePath().getParent();
        List<String> dropped = new ArrayList<>();
        for (String pattern : patterns) {
            List<Path> found = folder == null ? List.of() : matching(folder.resolve(pattern));
            if (found.isEmpty()) {
                keys.tell("includes", "no file is like " + pattern);
            }
            for (Path one : found) {
                Keys included = new Keys(one.getFileName() + ": ", ForeignFile.tree(one), dropped);
                write(included, one);
                included.dropRest(Map.of());
            }
        }
        dropped.forEach(one -> keys.tell("includes", one));
    }

    void requireAny(Path file) {
        if (written == 0) {
            throw new CulvertException(
                    ConfigError.NOTHING_TO_IMPORT,
                    file + ": none of its proxies is one that Culvert has a tunnel for (expected: a proxy of type tcp,"
                            + " udp, http or https).");
        }
    }

    private void proxy(Keys proxy, Path folder) {
        FrpProxy one = new FrpProxy(proxy, folder);
        if (one.isPossible()) {
            written++;
            String name = proxy.text("name", "tunnel" + written);
            one.write(name, proxy.flag("enabled", true) && (start.isEmpty() || start.contains(name)), draft);
        }
    }

    private static List<Path> matching(Path pattern) {
        Path folder = pattern.getParent();
        Path last = pattern.getFileName();
        if (folder == null || last == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + last);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Path name = file.getFileName();
                if (name != null && matcher.matches(name) && found.size() < MOST_FILES) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, folder + " cannot be listed (" + e + ").", e);
        }
        found.sort(null);
        return found;
    }
}
