package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.CulvertException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The factories of one plugin: each is a class that the platform can use, or the plugin is refused. */
final class Factories {

    private Factories() {}

    /** Loads a factory, with all that its declaration mentions. */
    static Class<?> load(String name, ClassLoader loader, Path source) {
        try {
            Class<?> factory = Class.forName(name, true, loader);
            countMembers(factory);
            if (Kinds.of(factory).isEmpty()) {
                throw new CulvertException(
                        PLUGIN_NOT_LOADED,
                        source + ": " + name + " is marked @Extension, but is no factory of this SPI.");
            }
            if (nameOf(factory).isBlank()) {
                throw new CulvertException(
                        PLUGIN_NOT_LOADED, source + ": " + name + " has no @JsonTypeName for type to select.");
            }
            return factory;
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CulvertException(PLUGIN_NOT_LOADED, source + ": " + name + ": " + Missing.explain(e) + ".", e);
        }
    }

    /** The name that {@code type} selects a factory by. */
    static String nameOf(Class<?> factory) {
        JsonTypeName name = factory.getDeclaredAnnotation(JsonTypeName.class);
        return name == null ? "" : name.value();
    }

    // Resolves the types of all signatures: what is missing is missing now, not at the first visitor.
    private static int countMembers(Class<?> factory) {
        return factory.getDeclaredConstructors().length + factory.getDeclaredMethods().length;
    }

    /** Names by kind. */
    static Map<String, SortedSet<String>> names(Iterable<Class<?>> factories) {
        Map<String, SortedSet<String>> names = new TreeMap<>();
        for (Class<?> factory : factories) {
            for (Class<?> kind : Kinds.of(factory)) {
                names.computeIfAbsent(Kinds.word(kind), word -> new TreeSet<>()).add(nameOf(factory));
            }
        }
        return names;
    }
}
