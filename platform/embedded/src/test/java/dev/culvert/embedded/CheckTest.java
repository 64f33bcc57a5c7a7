package dev.culvert.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerSettings;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sections that exclude each other are found by a check, and by a start before anything is built. */
final class CheckTest {

    private static final Map<String, Object> TOKEN = Map.of("type", "token", "token", "a token of more than sixteen");

    @TempDir
    private Path directory;

    @Test
    void twoSectionsOfTokensAreRefused() {
        assertRefused(
                settings(List.of(listen("a", ":0")), List.of(TOKEN, TOKEN)), "auth: two sections of type \"token\"");
    }

    @Test
    void twoListenersOfOneNameAreRefused() {
        assertRefused(
                settings(List.of(listen("a", ":0"), listen("b", ":0"), listen("a", ":0")), List.of(TOKEN)),
                "listen[0] and listen[2]: both are named \"a\"");
    }

    @ParameterizedTest
    @CsvSource({":4444, :4444", "127.0.0.1:4444, :4444", "0.0.0.0:4444, '[::1]:4444'", "localhost:4444, LOCALHOST:4444"
    })
    void twoListenersOfOnePortAreRefused(String one, String other) {
        assertRefused(
                settings(List.of(listen("a", one), listen("b", other)), List.of(TOKEN)),
                "listen[0] and listen[1]: both bind");
    }

    @ParameterizedTest
    @CsvSource({":0, :0", "127.0.0.1:4444, 127.0.0.2:4444", ":4444, :4445"})
    void otherListenersStandBesideEachOther(String one, String other) {
        ServerSettings settings = settings(List.of(listen("a", one), listen("b", other)), List.of(TOKEN));

        assertThatCode(() -> TunnelServer.check(settings, warning -> {})).doesNotThrowAnyException();
    }

    private void assertRefused(ServerSettings settings, String what) {
        for (Runnable attempt : List.<Runnable>of(
                () -> TunnelServer.check(settings, warning -> {}), () -> new TunnelServer(settings, List.of()))) {
            assertThatThrownBy(attempt::run).isInstanceOfSatisfying(CulvertException.class, e -> {
                assertThat(e.code()).isEqualTo(ConfigError.CONFLICTING_KEYS);
                assertThat(e.detail()).contains(what);
            });
        }
        assertThat(directory).isEmptyDirectory();
    }

    private ServerSettings settings(List<Map<String, Object>> listen, List<Map<String, Object>> auth) {
        ConfigurationSources sources =
                ConfigurationSources.none().flag("test", "listen", listen).flag("test", "auth", auth);
        return ServerFile.load(sources, null).value().toSettings(directory);
    }

    private static Map<String, Object> listen(String name, String bind) {
        return Map.of("name", name, "bind", bind, "transport", "plain");
    }
}
