package dev.culvert.engine.config;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.ConfigurationFactory;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives a Dropwizard application its configuration by the very mechanism that clients use:
 * {@code bootstrap.setConfigurationFactoryFactory((type, validator, mapper, prefix) -> …)}.
 */
public final class TomlConfigurationFactory<T> implements ConfigurationFactory<T> {

    private final ConfigurationLoader<T> loader;
    private final UnaryOperator<ConfigurationSources> more;
    private @Nullable Loaded<T> loaded;

    /**
     * Makes a factory.
     *
     * @param loader whose mapper is the application's, after {@link ConfigurationMapper#configure}
     * @param more adds flags and variables to the file that the command names
     */
    public TomlConfigurationFactory(ConfigurationLoader<T> loader, UnaryOperator<ConfigurationSources> more) {
        this.loader = loader;
        this.more = more;
    }

    @Override
    public T build(ConfigurationSourceProvider provider, String path) throws IOException, ConfigurationException {
        try (InputStream in = provider.open(path)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return build(path, () -> ConfigurationSources.text(path, text));
        }
    }

    @Override
    public T build() throws IOException, ConfigurationException {
        return build("the command line", ConfigurationSources::none);
    }

    /** What was loaded last, with plugins and origins; null before. */
    public @Nullable Loaded<T> loaded() {
        return loaded;
    }

    private T build(String path, java.util.function.Supplier<ConfigurationSources> sources)
            throws ConfigurationException {
        try {
            Loaded<T> result = loader.load(more.apply(sources.get()));
            loaded = result;
            return result.value();
        } catch (InvalidConfiguration e) {
            throw new Refused(path, e);
        }
    }

    /** What Dropwizard's commands know how to print. */
    private static final class Refused extends ConfigurationException {

        private static final long serialVersionUID = 1L;

        Refused(String path, InvalidConfiguration cause) {
            super(path, cause.problems().stream().map(Problem::toString).toList(), cause);
        }
    }
}
