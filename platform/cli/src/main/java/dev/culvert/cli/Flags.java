package dev.culvert.cli;

import dev.culvert.engine.config.ConfigurationSources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the command line says about the configuration: which flag set which key. */
final class Flags {

    private final List<UnaryOperator<ConfigurationSources>> all = new ArrayList<>();

    /**
     * Sets a key.
     *
     * @param flag what a person typed, or the command that implies it
     * @param path which key, {@code listen[0].bind}
     * @param value a string, number, boolean, or a list or map of them
     */
    Flags set(String flag, String path, Object value) {
        all.add(sources -> sources.flag(flag, path, value));
        return this;
    }

    /** Sets the port of an address whose host stays as the file has it. */
    Flags port(String flag, String path, int port) {
        all.add(sources -> sources.port(flag, path, port));
        return this;
    }

    /** The one connector of a server's administration, on loopback. */
    Flags administration(String flag, int port) {
        Map<String, Object> connector = new LinkedHashMap<>();
        connector.put("type", "http");
        connector.put("bind_host", "127.0.0.1");
        connector.put("port", port);
        Map<String, Object> server = new LinkedHashMap<>();
        server.put("type", "simple");
        server.put("application_context_path", "/");
        server.put("admin_context_path", "/admin");
        server.put("connector", connector);
        return set(flag, "server", server);
    }

    ConfigurationSources over(ConfigurationSources sources) {
        ConfigurationSources merged = sources;
        for (UnaryOperator<ConfigurationSources> flag : all) {
            merged = flag.apply(merged);
        }
        return merged;
    }
}
