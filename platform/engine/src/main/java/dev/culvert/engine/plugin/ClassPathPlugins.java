package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.CulvertException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

/** Plugins that are ordinary dependencies of the application: the library's way, and the tests'. */
final class ClassPathPlugins {

    private ClassPathPlugins() {}

    static List<LoadedPlugin> find(ClassLoader loader) {
        List<LoadedPlugin> found = new ArrayList<>();
        try {
            for (URL index : Collections.list(loader.getResources(JarContents.INDEX))) {
                LoadedPlugin plugin = read(index, loader);
                if (!plugin.factories().isEmpty()) {
                    found.add(plugin);
                }
            }
        } catch (IOException e) {
            throw new CulvertException(PLUGIN_NOT_LOADED, "The class path cannot be read.", e);
        }
        return found;
    }

    private static LoadedPlugin read(URL index, ClassLoader loader) throws IOException {
        String text = index.toString();
        String root = text.substring(0, text.length() - JarContents.INDEX.length());
        Path path = path(root);
        List<Class<?>> factories = new ArrayList<>();
        for (String name : ExtensionIndex.parse(text(index))) {
            if (isOurs(name, loader)) {
                factories.add(Factories.load(name, loader, path));
            }
        }
        return new LoadedPlugin(properties(root, path), factories, loader, path, null);
    }

    // Another library of the application may use PF4J for purposes of its own.
    private static boolean isOurs(String name, ClassLoader loader) {
        try {
            return !Kinds.of(Class.forName(name, false, loader)).isEmpty();
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static PluginProperties properties(String root, Path path) throws IOException {
        Properties properties = new Properties();
        URL url = URI.create(root + PluginProperties.FILE).toURL();
        try (InputStream in = url.openStream()) {
            properties.load(new InputStreamReader(in, UTF_8));
        } catch (FileNotFoundException e) {
            properties.setProperty("plugin.id", "application-" + Integer.toHexString(root.hashCode()));
            properties.setProperty("plugin.version", SpiVersion.CURRENT);
        }
        return PluginProperties.of(properties, path);
    }

    private static String text(URL index) throws IOException {
        try (InputStream in = index.openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    // jar:file:/lib/x.jar!/ or file:/module/target/classes/
    private static Path path(String root) {
        String file = root.replaceFirst("^jar:", "").replaceFirst("!/$", "");
        return file.startsWith("file:") ? Path.of(URI.create(file)) : Path.of(file);
    }
}
