package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.spi.CulvertException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns sources into the object that a program starts from, or into everything that is wrong with them.
 *
 * <p>The type is a record or a bean. A component {@code plugins} of type {@link PluginsSection}, if it has one, is read
 * first: the plugins decide what the other keys mean.
 */
public final class ConfigurationLoader<T> {

    private static final String PLUGINS = "plugins";

    private final Class<T> type;
    private final ObjectMapper base;
    private final List<Shape> shapes;
    private final Function<PluginsSection, Plugins> loadPlugins;

    /**
     * Makes a loader.
     *
     * @param type what the whole file is
     * @param base the mapper to use, {@link ConfigurationMapper#create()} or one that went through
     *     {@link ConfigurationMapper#configure}
     * @param shapes short forms that types of this file have
     * @param loadPlugins how plugins are loaded, {@code section -> Plugins.load(section, directory)}
     */
    public ConfigurationLoader(
            Class<T> type, ObjectMapper base, List<Shape> shapes, Function<PluginsSection, Plugins> loadPlugins) {
        this.type = type;
        this.base = base;
        this.shapes = List.copyOf(shapes);
        this.loadPlugins = loadPlugins;
    }

    /**
     * Loads a configuration.
     *
     * @throws InvalidConfiguration with all that is wrong with it
     * @throws CulvertException if a plugin is refused
     */
    public Loaded<T> load(ConfigurationSources sources) {
        // Takes as long as all the rest: a second core can do it meanwhile.
        CompletableFuture<Violations> violations =
                CompletableFuture.supplyAsync(() -> new Violations(base), ConfigurationLoader::runAside);
        ConfigurationTree tree = sources.read();
        Plugins plugins = loadPlugins.apply(pluginsSection(tree));
        ObjectMapper mapper = base.copy();
        plugins.registerWith(mapper);

        Findings findings = new Findings(tree);
        JavaType javaType = mapper.constructType(type);
        JsonNode checked = new TreeChecker(mapper, tree, shapes, findings).check(tree.root(), javaType, Place.ROOT);
        T value = bind(mapper, checked, findings);
        if (value != null) {
            violations.join().check(value, findings);
        }
        if (value == null || !findings.isEmpty()) {
            throw new InvalidConfiguration(findings.problems());
        }
        return new Loaded<>(
                value, plugins, new EffectiveConfiguration(value, mapper, tree, findings), findings.warnings());
    }

    // Not in the common pool, which may have a single thread, and that busy with what waits for this.
    private static void runAside(Runnable task) {
        Thread thread = new Thread(task, "culvert-configuration");
        thread.setDaemon(true);
        thread.start();
    }

    private PluginsSection pluginsSection(ConfigurationTree tree) {
        JsonNode node = tree.root().get(PLUGINS);
        if (node == null) {
            return PluginsSection.DEFAULT;
        }
        Findings findings = new Findings(tree);
        KeyPath path = KeyPath.ROOT.key(PLUGINS);
        JavaType javaType = base.constructType(PluginsSection.class);
        JsonNode checked =
                new TreeChecker(base, tree, List.of(), findings).check(node, javaType, Place.ROOT.below(PLUGINS));
        if (findings.anyBelow(path) || checked == null) {
            throw new InvalidConfiguration(findings.problems());
        }
        return base.convertValue(checked, PluginsSection.class);
    }

    private @Nullable T bind(ObjectMapper mapper, @Nullable JsonNode checked, Findings findings) {
        if (checked == null) {
            return null;
        }
        try {
            return mapper.treeToValue(checked, type);
        } catch (Exception e) {
            // With parts left out it may well fail for want of them; those have been told.
            if (findings.isEmpty()) {
                findings.add(Failure.code(e), KeyPath.ROOT, Failure.explain(e, String.valueOf(e.getMessage())));
            }
            return null;
        }
    }
}
