package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The plugins of {@code examples/}, as their author builds and a user installs them. */
final class Examples {

    private static final Path REPOSITORY = Path.of(System.getProperty("culvert.repository"));

    private Examples() {}

    /** Builds one alone: its own build and tests, SPI and test kit from a repository, nothing else of this one. */
    static Path built(Path directory, String name) throws Exception {
        Path artifacts = directory.resolve("artifacts");
        artifact(artifacts, "culvert-parent", REPOSITORY.resolve("pom.xml"), null);
        Path spi = REPOSITORY.resolve("platform/spi");
        artifact(artifacts, "culvert-spi", spi.resolve("pom.xml"), spi.resolve("target/culvert-spi-0.1.0.jar"));
        Path kit = REPOSITORY.resolve("platform/testkit");
        artifact(artifacts, "culvert-testkit", kit.resolve("pom.xml"), kit.resolve("target/culvert-testkit-0.1.0.jar"));
        Path example = copy(REPOSITORY.resolve("examples/" + name), directory.resolve(name));
        Process maven = new ProcessBuilder(
                        REPOSITORY.resolve("mvnw").toAbsolutePath().toString(),
                        "-B",
                        "-q",
                        "-Dmaven.repo.local=" + artifacts,
                        "-Dmaven.repo.local.tail=" + Path.of(System.getProperty("user.home"), ".m2", "repository"),
                        "package")
                .directory(example.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(maven.waitFor()).as(said).isZero();
        return example.resolve("target/" + name + "-1.0.0.jar");
    }

    /** The distribution with one more plugin. */
    static Path distributionWith(Path directory, Path jar) throws IOException {
        Path home = Files.createDirectory(directory.resolve("home"));
        copy(Culvert.home().resolve("bin"), home.resolve("bin"));
        Files.createSymbolicLink(
                home.resolve("lib"), Culvert.home().resolve("lib").toRealPath());
        copy(Culvert.home().resolve("plugins"), home.resolve("plugins"));
        Files.copy(jar, home.resolve("plugins").resolve(jar.getFileName()));
        return home;
    }

    private static void artifact(Path repository, String name, Path pom, Path jar) throws IOException {
        Path folder = Files.createDirectories(repository.resolve("dev/culvert/" + name + "/0.1.0"));
        Files.copy(pom, folder.resolve(name + "-0.1.0.pom"));
        if (jar != null) {
            Files.copy(jar, folder.resolve(name + "-0.1.0.jar"));
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(file -> !file.startsWith(from.resolve("target"))).toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return to;
    }
}
