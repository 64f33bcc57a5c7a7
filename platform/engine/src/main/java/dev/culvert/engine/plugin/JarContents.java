package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;
import static dev.culvert.spi.ConfigError.PLUGIN_PATH;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * What is in a plugin's jar, as far as the loader needs it.
 *
 * @param properties what the plugin says of itself
 * @param extensions the names of its factories
 */
record JarContents(PluginProperties properties, List<String> extensions) {

    static final String INDEX = "META-INF/extensions.idx";

    private static final long UNPACKED_LIMIT = 1L << 30;

    /**
     * Looks into a jar.
     *
     * @param copy the file to open
     * @param source where it came from, for messages
     */
    static JarContents read(Path copy, Path source) {
        try (JarFile jar = new JarFile(copy.toFile(), false)) {
            requirePlainEntries(jar, source);
            refuseOtherJars(jar, source);
            return new JarContents(properties(jar, source), extensions(jar, source));
        } catch (IOException | IllegalArgumentException e) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED, source + " is truncated or not a jar (" + e.getMessage() + ").", e);
        }
    }

    private static void requirePlainEntries(JarFile jar, Path source) {
        Set<String> names = new HashSet<>();
        long unpacked = 0;
        for (ZipEntry entry : Collections.list(jar.entries())) {
            String name = entry.getName();
            if (name.startsWith("/")
                    || name.indexOf('\\') >= 0
                    || Stream.of(name.split("/")).anyMatch(".."::equals)) {
                throw new CulvertException(PLUGIN_PATH, source + " has an entry that leads out of it: " + name + ".");
            }
            if (!names.add(name)) {
                throw new CulvertException(PLUGIN_NOT_LOADED, source + " has the entry " + name + " twice.");
            }
            unpacked += Math.max(entry.getSize(), 0);
            if (unpacked > UNPACKED_LIMIT || unpacked < 0) {
                throw new CulvertException(PLUGIN_NOT_LOADED, source + " unpacks to more than 1 GiB.");
            }
        }
    }

    // A class loader follows both to files that nobody has hashed.
    private static void refuseOtherJars(JarFile jar, Path source) throws IOException {
        Manifest manifest = jar.getManifest();
        boolean classPath =
                manifest != null && manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH) != null;
        if (classPath || jar.getEntry("META-INF/INDEX.LIST") != null) {
            throw new CulvertException(
                    PLUGIN_PATH,
                    source + " names other jars (" + (classPath ? "Class-Path in its manifest" : "META-INF/INDEX.LIST")
                            + "); a plugin has to contain its libraries.");
        }
    }

    private static PluginProperties properties(JarFile jar, Path source) throws IOException {
        ZipEntry entry = jar.getEntry(PluginProperties.FILE);
        if (entry == null) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED, source + " is no plugin: it has no " + PluginProperties.FILE + ".");
        }
        Properties properties = new Properties();
        try (Reader in = new InputStreamReader(jar.getInputStream(entry), UTF_8)) {
            properties.load(in);
        }
        return PluginProperties.of(properties, source);
    }

    private static List<String> extensions(JarFile jar, Path source) throws IOException {
        ZipEntry entry = jar.getEntry(INDEX);
        List<String> names = entry == null
                ? List.of()
                : ExtensionIndex.parse(new String(jar.getInputStream(entry).readAllBytes(), UTF_8));
        if (names.isEmpty()) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED,
                    source + " contributes no factory: " + INDEX + (entry == null ? " is missing" : " is empty")
                            + " (PF4J's annotation processor writes it, for classes marked @Extension).");
        }
        return names;
    }
}
