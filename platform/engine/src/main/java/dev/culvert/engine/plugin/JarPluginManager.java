package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import dev.culvert.spi.CulvertException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultPluginManager;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;

/**
 * PF4J, told what the checks have already found out: it reads no descriptor, lists no directory and honours no list of
 * disabled plugins. Not thread-safe, as PF4J is not.
 */
final class JarPluginManager extends DefaultPluginManager {

    private final Map<Path, PluginDescriptor> descriptors = new HashMap<>();
    private final SharedClasses shared = new SharedClasses(JarPluginManager.class.getClassLoader());

    JarPluginManager() {
        super(List.of());
    }

    /** Loads and starts one plugin. */
    ClassLoader load(Path copy, PluginProperties properties, Path source) {
        descriptors.put(copy, new Descriptor(properties));
        PluginWrapper plugin;
        try {
            String id = loadPlugin(copy);
            startPlugin(id);
            plugin = getPlugin(id);
        } catch (RuntimeException | LinkageError e) {
            throw new CulvertException(PLUGIN_NOT_LOADED, source + " did not start (" + e + ").", e);
        }
        // PF4J logs such failures and carries on; the user would then hear only that the name is unknown.
        if (plugin.getPluginState() != PluginState.STARTED) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED,
                    source + " did not start (" + plugin.getFailedException() + ").",
                    plugin.getFailedException());
        }
        return plugin.getPluginClassLoader();
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
        return new PluginDescriptorFinder() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public PluginDescriptor find(Path path) {
                return java.util.Objects.requireNonNull(descriptors.get(path), "descriptor");
            }
        };
    }

    @Override
    protected PluginLoader createPluginLoader() {
        return new PluginLoader() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
                SpiFirstClassLoader loader = new SpiFirstClassLoader(JarPluginManager.this, descriptor, shared);
                loader.addFile(path.toFile());
                return loader;
            }
        };
    }

    @Override
    protected PluginRepository createPluginRepository() {
        return new PluginRepository() {
            @Override
            public List<Path> getPluginPaths() {
                return List.of();
            }

            @Override
            public boolean deletePluginPath(Path path) {
                return false;
            }
        };
    }

    @Override
    protected PluginStatusProvider createPluginStatusProvider() {
        return new PluginStatusProvider() {
            @Override
            public boolean isPluginDisabled(String id) {
                return false;
            }

            @Override
            public void disablePlugin(String id) {}

            @Override
            public void enablePlugin(String id) {}
        };
    }

    private static final class Descriptor extends DefaultPluginDescriptor {

        Descriptor(PluginProperties properties) {
            setPluginId(properties.id());
            setPluginVersion(properties.version());
            setRequires(properties.requires());
            if (properties.main() != null) {
                setPluginClass(properties.main());
            }
        }
    }
}
