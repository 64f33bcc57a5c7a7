package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One of {@code config/profiles}: a server and clients by its two files, of the distribution as it is downloaded. */
final class Profile {

    /** Where the archive of the distribution is unpacked. */
    static final Path FOLDER = Path.of(System.getProperty("culvert.repository"), "e2e/target/unpacked")
            .toAbsolutePath()
            .normalize();

    private final String name;
    private final Path directory;

    /** The name is what the two files have before {@code -server} and {@code -client}. */
    Profile(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    Culvert server(Map<String, String> environment, String... flags) {
        return start("server", environment, flags);
    }

    /** A server all of whose clients have the token {@link Pair#TOKEN}. */
    Culvert serverWithToken(Map<String, String> environment, String... flags) {
        Path token = Pair.write(directory, "token", Pair.TOKEN);
        List<String> all = new ArrayList<>(List.of("--token-file", token.toString()));
        all.addAll(List.of(flags));
        return server(environment, all.toArray(String[]::new));
    }

    Culvert client(Map<String, String> environment, String... flags) {
        return start("client", environment, flags);
    }

    /** What an end's file comes to in an environment. */
    String shown(String end, Map<String, String> environment) {
        Culvert shown = Culvert.run(Unpacked.HOME, directory, environment, "config", "show", file(end));
        assertThat(shown.exitCode()).as(shown.toString()).isZero();
        return shown.out();
    }

    private Culvert start(String end, Map<String, String> environment, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(end, file(end)));
        arguments.addAll(List.of(flags));
        return Culvert.start(Unpacked.HOME, directory, environment, arguments.toArray(String[]::new));
    }

    private String file(String end) {
        return Unpacked.HOME
                .resolve("config/profiles/" + name + "-" + end + ".toml")
                .toString();
    }

    /** The distribution, from the first test on that needs it. */
    private static final class Unpacked {

        static final Path HOME = unpack();

        private static Path unpack() {
            Path folder = Culvert.home().toAbsolutePath().normalize();
            try {
                Tools.run("rm", "-rf", FOLDER.toString());
                Files.createDirectories(FOLDER);
                String said = Tools.run("tar", "-xzf", folder + ".tar.gz", "-C", FOLDER.toString());
                Path home = FOLDER.resolve(folder.getFileName());
                assertThat(home).as(said).isDirectory();
                return home;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
