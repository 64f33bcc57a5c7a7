package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a configuration is made of. A flag counts more than the environment, that more than the file, and the file more
 * than a default. Immutable: every method returns another one.
 */
public final class ConfigurationSources {

    private static final ObjectMapper VALUES = new ObjectMapper();

    private final Supplier<TomlDocument> document;
    private final Map<String, String> environment;
    private final Map<String, KeyPath> variables;
    private final List<Setting> fromFlags;

    /** {@code keepsHost}: the value is an address, whose host the tree may have already. */
    record Setting(KeyPath path, JsonNode value, Origin origin, boolean keepsHost) {

        Setting(KeyPath path, JsonNode value, Origin origin) {
            this(path, value, origin, false);
        }

        Setting in(ConfigurationTree tree) {
            String had = tree.at(path).asText();
            int colon = had.lastIndexOf(':');
            return keepsHost && colon > 0
                    ? new Setting(path, TextNode.valueOf(had.substring(0, colon) + value.textValue()), origin)
                    : this;
        }
    }

    private ConfigurationSources(
            Supplier<TomlDocument> document,
            Map<String, String> environment,
            Map<String, KeyPath> variables,
            List<Setting> fromFlags) {
        this.document = document;
        this.environment = Map.copyOf(environment);
        this.variables = new LinkedHashMap<>(variables);
        this.fromFlags = List.copyOf(fromFlags);
    }

    /** A file, with the variables of this process. It is read when the configuration is loaded. */
    public static ConfigurationSources file(Path file) {
        return of(() -> TomlDocument.read(file));
    }

    /**
     * A text.
     *
     * @param name what messages call it
     * @param toml the text
     */
    public static ConfigurationSources text(String name, String toml) {
        return of(() -> TomlDocument.parse(name, toml));
    }

    /** No file: flags, variables and defaults. */
    public static ConfigurationSources none() {
        return of(TomlDocument::empty);
    }

    private static ConfigurationSources of(Supplier<TomlDocument> document) {
        return new ConfigurationSources(document, System.getenv(), Map.of(), List.of());
    }

    /** The same with other variables than this process has. */
    public ConfigurationSources environment(Map<String, String> environment) {
        return new ConfigurationSources(document, environment, variables, fromFlags);
    }

    /**
     * The same, with a value taken from a variable if it is set.
     *
     * @param variable {@code CULVERT_TOKEN}
     * @param path which key it sets, {@code auth[0].token}
     */
    public ConfigurationSources variable(String variable, String path) {
        Map<String, KeyPath> more = new LinkedHashMap<>(variables);
        more.put(variable, KeyPath.parse(path));
        return new ConfigurationSources(document, environment, more, fromFlags);
    }

    /**
     * The same, with a value from the command line.
     *
     * @param flag what the user typed, {@code --port}
     * @param path which key it sets, {@code listen[0].bind}; a position beyond the end of a list is the next one
     * @param value a string, number, boolean, or a list or map of them
     */
    public ConfigurationSources flag(String flag, String path, Object value) {
        return with(new Setting(KeyPath.parse(path), VALUES.valueToTree(value), Origin.flag(flag)));
    }

    /**
     * The same, with a port from the command line for an address whose host stays what the file says; without one it is
     * {@code :port}.
     *
     * @param flag what the user typed, {@code --port}
     * @param path which key has the address, {@code listen[0].bind}
     * @param port the port
     */
    public ConfigurationSources port(String flag, String path, int port) {
        return with(new Setting(KeyPath.parse(path), TextNode.valueOf(":" + port), Origin.flag(flag), true));
    }

    private ConfigurationSources with(Setting fromFlag) {
        List<Setting> more = new ArrayList<>(fromFlags);
        more.add(fromFlag);
        return new ConfigurationSources(document, environment, variables, more);
    }

    /** Reads the file and merges everything. */
    ConfigurationTree read() {
        ConfigurationTree tree = new ConfigurationTree(document.get(), new Variables(environment));
        variables.forEach((variable, path) -> {
            String value = environment.get(variable);
            if (value != null) {
                tree.set(new Setting(path, TextNode.valueOf(value), Origin.environment(variable)));
            }
        });
        fromFlags.forEach(setting -> tree.set(setting.in(tree)));
        return tree;
    }
}
