package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_ERROR_CODE;
import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.http.FilterError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who owns which error code, so that one code never means two things. */
final class ErrorCodes {

    static final List<Class<? extends Enum<?>>> PLATFORM = List.of(
            ConfigError.class,
            AuthError.class,
            TunnelError.class,
            WireError.class,
            ServiceError.class,
            HttpError.class,
            FilterError.class);

    private final Map<String, String> owners = new HashMap<>();

    ErrorCodes() {
        for (Class<? extends Enum<?>> codes : PLATFORM) {
            for (Enum<?> code : codes.getEnumConstants()) {
                owners.put(((ErrorCode) code).code(), "the platform");
            }
        }
    }

    /** Notes the codes of a plugin, those of the enums that it declares. */
    void add(LoadedPlugin plugin) {
        for (String name : plugin.properties().errors()) {
            for (Object code : constants(name, plugin)) {
                claim(((ErrorCode) code).code(), plugin);
            }
        }
    }

    private void claim(String code, LoadedPlugin plugin) {
        String owner = owners.putIfAbsent(code, plugin.path().toString());
        if (owner != null) {
            throw new CulvertException(
                    PLUGIN_ERROR_CODE,
                    plugin.path() + " has the error code " + code + ", which " + owner + " has too.");
        }
    }

    private static Object[] constants(String name, LoadedPlugin plugin) {
        try {
            Class<?> type = Class.forName(name, true, plugin.loader());
            Object[] constants = type.getEnumConstants();
            if (constants == null || !ErrorCode.class.isAssignableFrom(type)) {
                throw new CulvertException(
                        PLUGIN_NOT_LOADED,
                        plugin.path() + ": plugin.errors: " + name + " is no enum that implements ErrorCode.");
            }
            return constants;
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED, plugin.path() + ": plugin.errors: " + Missing.explain(e) + ".", e);
        }
    }
}
