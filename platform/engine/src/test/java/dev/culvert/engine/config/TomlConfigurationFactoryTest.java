package dev.culvert.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jetty.HttpConnectorFactory;
import jakarta.validation.Valid;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Dropwizard's own sections follow the same rules as ours: snake_case, strict, told with their lines. */
final class TomlConfigurationFactoryTest {

    private static final Plugins PLUGINS = Plugins.load(PluginsSection.DEFAULT, null);

    /** As the server's: Dropwizard's keys beside our own. */
    static final class Relay extends Configuration {

        @Valid
        private List<Sample.Listen> listen = List.of();

        public List<Sample.Listen> getListen() {
            return listen;
        }

        public void setListen(List<Sample.Listen> listen) {
            this.listen = listen;
        }
    }

    private final TomlConfigurationFactory<Relay> factory = new TomlConfigurationFactory<>(
            new ConfigurationLoader<>(
                    Relay.class,
                    ConfigurationMapper.configure(Jackson.newObjectMapper()),
                    List.of(),
                    section -> PLUGINS),
            UnaryOperator.identity());

    @Test
    void dropwizardsSectionsAreInSnakeCase() throws Exception {
        Relay relay = build("""
                [[listen]]
                bind = "127.0.0.1:4444"

                [server]
                type = "default"
                max_threads = 64
                request_log = {appenders = []}

                [[server.application_connectors]]
                type = "http"
                port = 9000
                bind_host = "127.0.0.1"
                idle_timeout = "10s"

                [server.admin_connectors]
                type = "http"
                port = 9090

                [logging]
                level = "WARN"
                loggers = {"dev.culvert" = "DEBUG"}
                """);

        DefaultServerFactory server = (DefaultServerFactory) relay.getServerFactory();
        HttpConnectorFactory connector =
                (HttpConnectorFactory) server.getApplicationConnectors().get(0);
        assertThat(relay.getListen()).hasSize(1);
        assertThat(server.getMaxThreads()).isEqualTo(64);
        assertThat(connector.getPort()).isEqualTo(9000);
        assertThat(connector.getBindHost()).isEqualTo("127.0.0.1");
        assertThat(connector.getIdleTimeout().toSeconds()).isEqualTo(10);
        assertThat(server.getAdminConnectors()).hasSize(1);
    }

    @Test
    void oneConnectorForEverythingIsAnotherType() throws Exception {
        Relay relay = build("""
                [server]
                type = "simple"
                application_context_path = "/"
                admin_context_path = "/admin"
                connector = {type = "http", port = 0, bind_host = "127.0.0.1"}
                """);

        SimpleServerFactory server = (SimpleServerFactory) relay.getServerFactory();
        assertThat(server.getAdminContextPath()).isEqualTo("/admin");
    }

    @Test
    void aTypoInThemIsToldLikeAnyOther() {
        ConfigurationException refused = catchThrowableOfType(ConfigurationException.class, () -> build("""
                        [[listen]]
                        bnd = "127.0.0.1:4444"

                        [server]
                        max_thread = 64

                        [[server.application_connectors]]
                        type = "htp"

                        [[server.admin_connectors]]
                        type = "http"
                        port = 70000
                        """));

        assertThat(refused.getErrors())
                .satisfiesExactly(
                        error -> assertThat(error).startsWith("CLV-1003: relay.toml:2: listen[0].bnd: unknown key"),
                        error -> assertThat(error)
                                .startsWith("CLV-1003: relay.toml:5: server.max_thread: unknown key (did you mean"
                                        + " \"max_threads\"?)."),
                        error -> assertThat(error)
                                .startsWith("CLV-1005: relay.toml:8: server.application_connectors[0].type: unknown"
                                        + " type \"htp\" (known: http, https; did you mean"),
                        error -> assertThat(error)
                                .startsWith("CLV-1004: relay.toml:12: server.admin_connectors[0].port: 70000 (must"));
    }

    @Test
    void withoutAFileThereAreTheDefaults() throws Exception {
        assertThat(factory.build().getServerFactory()).isInstanceOf(DefaultServerFactory.class);
    }

    @Test
    void theEffectiveConfigurationHasDropwizardsDefaultsToo() throws Exception {
        build("[server]\nmax_threads = 64\n");

        assertThat(factory.loaded().effective().render())
                .containsPattern("max_threads = 64 +# relay.toml:2")
                .containsPattern("min_threads = 8 +# default");
    }

    @Test
    void passwordsOfDropwizardAreMaskedByTheirKeys() throws Exception {
        build("""
                [[server.application_connectors]]
                type = "https"
                port = 8443
                key_store_path = "keys.p12"
                key_store_password = "hunter2"
                """);

        assertThat(factory.loaded().effective().render())
                .containsPattern("key_store_password = \"\\*{4}\" +# relay.toml:5")
                .doesNotContain("hunter2");
    }

    private Relay build(String toml) throws Exception {
        ConfigurationSourceProvider text = path -> new ByteArrayInputStream(toml.getBytes(StandardCharsets.UTF_8));
        return factory.build(text, "relay.toml");
    }
}
