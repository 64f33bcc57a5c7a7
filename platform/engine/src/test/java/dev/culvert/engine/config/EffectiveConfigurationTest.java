package dev.culvert.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EffectiveConfigurationTest {

    private static final Plugins PLUGINS = Plugins.load(PluginsSection.DEFAULT, null);

    private static final ConfigurationLoader<Sample> LOADER =
            new ConfigurationLoader<>(Sample.class, ConfigurationMapper.create(), List.of(), section -> PLUGINS);

    private static final String FILE = """
            listen = {bind = 1, transport = "other", names = ["a \\"b\\"", "c"]}

            [[tunnel]]
            name = "web"
            type = "sample"
            target = "127.0.0.1:${PORT}"
            public_port = 80
            key = "do not show"

            [registry]
            type = "sample"
            name = "abc"
            password = "${PASSWORD}"

            [plugins]
            directories = ["some/where"]
            """;

    private final ConfigurationSources sources = ConfigurationSources.text("server.toml", FILE)
            .environment(Map.of("PORT", "3000", "PASSWORD", "do not show either"))
            .flag("--connections", "listen[0].connections", 5);

    @Test
    void everyValueIsShownWithItsOriginAndNoSecretIs() {
        assertThat(LOADER.load(sources).effective().render()).isEqualTo("""
                        [plugins]
                        directories = ["some/where"]  # server.toml:16

                        [[listen]]
                        bind = ":1"                   # server.toml:1
                        transport = [["other"]]       # server.toml:1
                        connections = 5               # flag --connections
                        names = ["a \\"b\\"", "c"]      # server.toml:1

                        [[tunnel]]
                        name = "web"                  # server.toml:4
                        enabled = true                # default
                        on_conflict = "reject"        # default
                        allow = []                    # default
                        deny = []                     # default
                        probe = true                  # default
                        type = "sample"               # server.toml:5
                        target = "127.0.0.1:3000"     # environment PORT
                        public_port = 80              # server.toml:7
                        key = "****"                  # server.toml:8

                        [registry]
                        type = "sample"               # server.toml:11
                        name = "abc"                  # server.toml:12
                        password = "****"             # environment PASSWORD

                        [limits]
                        login_timeout = "10s"         # default
                        window = "256KiB"             # default
                        """);
    }

    @Test
    void whatIsShownCanBeLoadedAgain() {
        String shown = LOADER.load(sources).effective().render();

        Sample again =
                LOADER.load(ConfigurationSources.text("shown.toml", shown)).value();

        Sample first = LOADER.load(sources).value();
        assertThat(again.listen()).isEqualTo(first.listen());
        assertThat(again.limits()).isEqualTo(first.limits());
        assertThat(again.tunnel().get(0).name()).isEqualTo("web");
    }
}
