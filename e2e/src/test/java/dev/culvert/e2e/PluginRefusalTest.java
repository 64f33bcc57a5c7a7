package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server says what is wrong with its plugins and what to do, and does not start. */
class PluginRefusalTest {

    @TempDir
    private Path directory;

    private Path home;

    /** A distribution of its own, whose plugins can be spoilt. */
    @BeforeEach
    void copy() throws IOException {
        home = Files.createDirectories(directory.resolve("culvert"));
        Files.createDirectory(home.resolve("bin"));
        Files.copy(Culvert.home().resolve("bin/culvert"), home.resolve("bin/culvert"));
        home.resolve("bin/culvert").toFile().setExecutable(true);
        Files.createSymbolicLink(
                home.resolve("lib"), Culvert.home().resolve("lib").toRealPath());
        Path plugins = Files.createDirectory(home.resolve("plugins"));
        try (var jars = Files.list(Culvert.home().resolve("plugins"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, plugins.resolve(jar.getFileName()));
            }
        }
    }

    @Test
    void aMultiplexerThatIsNotThereIsNamedWithWhatToDo() throws IOException {
        Files.delete(jar("mux-yamux"));

        refused(
                3,
                "CLV-1005: .*multiplexer.*: unknown type \"yamux\" .*put the jar that provides it into the plugins directory");
    }

    @Test
    void aTruncatedJarIsNamed() throws IOException {
        Path jar = jar("protocol-tcp");
        byte[] bytes = Files.readAllBytes(jar);
        Files.write(jar, Arrays.copyOf(bytes, bytes.length / 2));

        refused(7, "CLV-1101: \\S*protocol-tcp\\S*\\.jar is truncated or not a jar .*Remove or replace the jar");
    }

    @Test
    void aSecondJarOfTheSamePluginIsRefused() throws IOException {
        Files.copy(jar("mux-yamux"), home.resolve("plugins/another.jar"));

        refused(7, "CLV-1102: .*another\\.jar.*Keep one of the two jars");
    }

    @Test
    void aSecondPluginOfTheSameNameIsRefused() throws IOException {
        Path other = Files.copy(jar("mux-yamux"), home.resolve("plugins/other-yamux.jar"));
        try (FileSystem contents = FileSystems.newFileSystem(other)) {
            Path properties = contents.getPath("plugin.properties");
            Files.writeString(
                    properties,
                    Files.readString(properties).replaceFirst("(?m)^plugin\\.id=.*$", "plugin.id=other-yamux"));
        }

        refused(7, "CLV-1102: .*yamux.*Keep one of the two jars");
    }

    @Test
    void aJarThatIsNotOnTheListIsRefusedWithItsSum() {
        Path file = Pair.write(directory, "allow.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                [[auth]]
                type = "token"
                [plugins]
                allow = ["%s"]
                """.formatted("0".repeat(64)));

        refused(
                7,
                "CLV-1104: \\S*\\.jar has SHA-256 [0-9a-f]{64}, which plugins\\.allow does not list\\. Check where",
                file.toString());
    }

    private Path jar(String name) throws IOException {
        try (var jars = Files.list(home.resolve("plugins"))) {
            return jars.filter(path -> path.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void refused(int code, String pattern, String... file) {
        String[] start = {"server", "--port", "0", "--admin", "0"};
        String[] arguments = file.length == 0 ? start : new String[] {"server", file[0], "--admin", "0"};

        Culvert server = Culvert.run(home, directory, Map.of("CULVERT_TOKEN", Pair.TOKEN), arguments);

        assertThat(server.err()).containsPattern("(?m)^" + pattern).doesNotContain("Exception");
        assertThat(server.out()).isEmpty();
        assertThat(server.exitCode()).isEqualTo(code);
    }
}
