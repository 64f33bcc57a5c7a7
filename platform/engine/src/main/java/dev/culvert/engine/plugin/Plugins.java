package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_DUPLICATE;
import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;
import static dev.culvert.spi.ConfigError.PLUGIN_PATH;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.CulvertException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pf4j.ExtensionPoint;

/**
 * The plugins of this process: those of the application's class path, and the jars of the plugin directories.
 *
 * <p>Everything is loaded at start, new jars when the configuration is read again; nothing is unloaded, since streams may
 * hold a plugin's classes. A jar is refused
 * with a {@link CulvertException} that says why. Immutable.
 */
public final class Plugins {

    /** None at all. */
    public static final Plugins NONE = new Plugins(List.of());

    private final List<LoadedPlugin> plugins;

    private Plugins(List<LoadedPlugin> plugins) {
        this.plugins = List.copyOf(plugins);
    }

    /**
     * Loads the plugins that a configuration names.
     *
     * @param section {@code [plugins]} of the file
     * @param defaultDirectory where the jars are if the file does not say; need not exist; null for none
     * @throws CulvertException with one of {@code PLUGIN_*}
     */
    // One at a time: PF4J is not thread-safe.
    public static synchronized Plugins load(PluginsSection section, @Nullable Path defaultDirectory) {
        List<LoadedPlugin> plugins = new ArrayList<>(ClassPathPlugins.find(Plugins.class.getClassLoader()));
        List<Path> jars = jars(section, defaultDirectory);
        if (!jars.isEmpty()) {
            PrivateCopies copies = PrivateCopies.create();
            JarPluginManager manager = new JarPluginManager();
            for (Path jar : jars) {
                plugins.add(load(jar, section, copies, manager, plugins));
            }
        }
        refuseDuplicates(plugins);
        ErrorCodes codes = new ErrorCodes();
        plugins.forEach(codes::add);
        return new Plugins(plugins);
    }

    /**
     * These plugins and the jars that have come since. What is loaded stays as it is: streams may hold its classes, and
     * a configuration that is read again has to come to the same ones.
     *
     * @param section {@code [plugins]} of the file
     * @param defaultDirectory where the jars are if the file does not say; null for none
     * @param notes takes what counts only after a restart: jars that have changed or gone
     * @throws CulvertException with one of {@code PLUGIN_*}; these plugins can be used nevertheless
     */
    public Plugins refreshed(PluginsSection section, @Nullable Path defaultDirectory, Consumer<String> notes) {
        synchronized (Plugins.class) {
            List<Path> jars = jars(section, defaultDirectory);
            List<LoadedPlugin> all = new ArrayList<>(plugins);
            for (LoadedPlugin plugin : plugins) {
                if (plugin.sha256() != null && !jars.contains(plugin.path())) {
                    notes.accept("plugin \"" + plugin.properties().id() + "\": " + plugin.path()
                            + " is gone; it is in use until the next start");
                }
            }
            for (Path jar : jars) {
                LoadedPlugin known = loadedFrom(jar);
                if (known == null) {
                    addIfNew(jar, section, jars, all, notes);
                } else if (!JarBytes.read(jar).sha256().equals(known.sha256())) {
                    notes.accept("plugin \"" + known.properties().id() + "\": " + jar
                            + " has changed; it counts from the next start on");
                }
            }
            refuseDuplicates(all);
            ErrorCodes codes = new ErrorCodes();
            all.forEach(codes::add);
            return new Plugins(all);
        }
    }

    private void addIfNew(
            Path jar, PluginsSection section, List<Path> jars, List<LoadedPlugin> all, Consumer<String> notes) {
        JarBytes bytes = JarBytes.read(jar);
        for (LoadedPlugin plugin : plugins) {
            // The same jar under another name, or a newer one in the place of a jar that is gone.
            boolean moved = bytes.sha256().equals(plugin.sha256()) && !jars.contains(plugin.path());
            if (moved) {
                return;
            }
        }
        PrivateCopies copies = PrivateCopies.create();
        JarContents contents = JarContents.read(copies.add(bytes), jar);
        for (LoadedPlugin plugin : plugins) {
            boolean same = plugin.properties().id().equals(contents.properties().id());
            if (same && plugin.sha256() != null && !jars.contains(plugin.path())) {
                notes.accept(
                        "plugin \"" + contents.properties().id() + "\": " + jar + " counts from the next start on");
                return;
            }
        }
        all.add(load(jar, section, copies, new JarPluginManager(), all));
    }

    private @Nullable LoadedPlugin loadedFrom(Path jar) {
        return plugins.stream()
                .filter(plugin -> plugin.path().equals(jar))
                .findFirst()
                .orElse(null);
    }

    /** What was loaded, in the order of loading. */
    public List<PluginInfo> all() {
        return plugins.stream().map(LoadedPlugin::info).toList();
    }

    /**
     * Makes every factory known to a mapper by its name.
     *
     * @param mapper the one that binds the configuration
     */
    public void registerWith(ObjectMapper mapper) {
        plugins.forEach(plugin -> mapper.registerSubtypes(plugin.factories().toArray(Class<?>[]::new)));
    }

    /**
     * The names that {@code type} can select.
     *
     * @param kind which kind, {@code TransportFactory.class}
     */
    public SortedSet<String> names(Class<? extends ExtensionPoint> kind) {
        SortedSet<String> names = new TreeSet<>();
        extensions(kind).forEach(factory -> names.add(Factories.nameOf(factory)));
        return names;
    }

    /**
     * The factories of a kind.
     *
     * @param kind which kind, {@code TransportFactory.class}
     */
    public <T> List<Class<? extends T>> extensions(Class<T> kind) {
        List<Class<? extends T>> found = new ArrayList<>();
        for (LoadedPlugin plugin : plugins) {
            for (Class<?> factory : plugin.factories()) {
                if (kind.isAssignableFrom(factory)) {
                    found.add(factory.asSubclass(kind));
                }
            }
        }
        return found;
    }

    /**
     * Calls a factory as it expects to be called: libraries inside a plugin look their services up through the thread's
     * context class loader.
     *
     * @param factory whose {@code build} is called
     * @param call the call
     * @throws CulvertException if a class that the plugin needs is not there
     */
    public static <T> T withLoaderOf(Object factory, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(factory.getClass().getClassLoader());
        try {
            return call.get();
        } catch (LinkageError e) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED,
                    "The plugin of \"" + Factories.nameOf(factory.getClass()) + "\": " + Missing.explain(e) + ".",
                    e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static List<Path> jars(PluginsSection section, @Nullable Path defaultDirectory) {
        List<Path> configured = section.directories();
        List<Path> jars = new ArrayList<>();
        if (configured != null) {
            for (Path directory : configured) {
                if (!Files.isDirectory(directory)) {
                    throw new CulvertException(
                            PLUGIN_PATH, "plugins.directories: " + directory + " (expected: a directory).");
                }
                jars.addAll(new PluginDirectory(directory).jars());
            }
        } else if (defaultDirectory != null && Files.isDirectory(defaultDirectory)) {
            jars.addAll(new PluginDirectory(defaultDirectory).jars());
        }
        return jars;
    }

    private static LoadedPlugin load(
            Path path,
            PluginsSection section,
            PrivateCopies copies,
            JarPluginManager manager,
            List<LoadedPlugin> before) {
        JarBytes jar = JarBytes.read(path);
        jar.requireAllowed(section.allow());
        Path copy = copies.add(jar);
        JarContents contents = JarContents.read(copy, path);
        refuseSameId(contents.properties(), path, before);
        ClassLoader loader = manager.load(copy, contents.properties(), path);
        List<Class<?>> factories = new ArrayList<>();
        for (String name : contents.extensions()) {
            factories.add(Factories.load(name, loader, path));
        }
        return new LoadedPlugin(contents.properties(), factories, loader, path, jar.sha256());
    }

    private static void refuseSameId(PluginProperties properties, Path path, List<LoadedPlugin> before) {
        for (LoadedPlugin plugin : before) {
            if (plugin.properties().id().equals(properties.id())) {
                throw new CulvertException(
                        PLUGIN_DUPLICATE,
                        plugin.path() + " and " + path + " are both the plugin \"" + properties.id() + "\".");
            }
        }
    }

    private static void refuseDuplicates(List<LoadedPlugin> plugins) {
        Map<String, Path> owners = new HashMap<>();
        for (LoadedPlugin plugin : plugins) {
            for (Class<?> factory : plugin.factories()) {
                for (Class<?> kind : Kinds.of(factory)) {
                    String name = Kinds.word(kind) + " \"" + Factories.nameOf(factory) + "\"";
                    Path owner = owners.putIfAbsent(name, plugin.path());
                    if (owner != null) {
                        throw new CulvertException(
                                PLUGIN_DUPLICATE, owner + " and " + plugin.path() + " both provide the " + name + ".");
                    }
                }
            }
        }
    }
}
