package dev.culvert.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.dist.Distribution.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class-data archive makes a start faster, and can do nothing else. */
final class ArchiveIT {

    private static final String JAVA = System.getProperty("java.home");

    @TempDir
    private Path folder;

    @Test
    void anArchiveIsMadeOnceUsedAndWhenDamagedIgnoredInSilence() throws Exception {
        Result made = run(JAVA, Map.of("CULVERT_ARCHIVE", "make"));
        assertThat(made.err()).isEmpty();
        assertThat(made.status()).isZero();
        assertThat(archives()).hasSize(1);
        Path archive = archives().get(0);

        Result used =
                run(JAVA, Map.of("CULVERT_JAVA_OPTS", "-Xlog:class+load:file=" + folder.resolve("classes")), "version");
        assertThat(used.status()).isZero();
        assertThat(Files.readString(folder.resolve("classes")))
                .containsPattern("dev.culvert.cli.Main source: shared objects file");

        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(archive, "no archive");
        Result damaged = run(JAVA, Map.of(), "version");
        assertThat(damaged).isEqualTo(used);
        assertThat(damaged.err()).isEmpty();
    }

    @Test
    void aTrainingRunThatFailsLeavesNothingAndIsNotRepeated() throws Exception {
        Path jdk = Distribution.fakeJava(folder.resolve("jdk"), "21.0.2");

        Result failed = run(jdk.toString(), Map.of("CULVERT_ARCHIVE", "make"));
        Result next = run(jdk.toString(), Map.of(), "version");

        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.err()).isEqualTo("culvert: the class-data archive could not be made.\n");
        assertThat(archives()).singleElement().asString().endsWith(".jsa.failed");
        assertThat(next.status()).isZero();
        assertThat(next.lines()).noneMatch(option -> option.startsWith("-XX:SharedArchiveFile"));
    }

    @Test
    void anotherBuildOrAnotherJavaMakesAnArchiveOfItsOwn() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("bin"));
        Path lib = Files.createDirectories(home.resolve("lib"));
        Path script = Files.copy(Distribution.script(), home.resolve("bin/culvert"));
        Path jdk = recordingJava("21.0.2");
        Files.writeString(lib.resolve("culvert.jar"), "build one");
        make(script, jdk);
        Path first = archives().get(0);

        // As long as before and as old: only the content tells.
        var modified = Files.getLastModifiedTime(lib.resolve("culvert.jar"));
        Files.writeString(lib.resolve("culvert.jar"), "build two");
        Files.setLastModifiedTime(lib.resolve("culvert.jar"), modified);
        make(script, jdk);
        assertThat(archives()).hasSize(1).doesNotContain(first);

        recordingJava("21.0.3");
        make(script, jdk);
        assertThat(archives()).hasSize(2);
    }

    @Test
    void whereNothingCanBeWrittenCulvertStartsAllTheSame() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                Distribution.fakeJava(folder.resolve("jdk"), "21").toString(),
                "CULVERT_NO_ARCHIVE",
                "",
                "XDG_CACHE_HOME",
                file.resolve("cache").toString());

        Result result = Distribution.run(folder, environment, Distribution.script(), "version");

        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
    }

    private void make(Path script, Path jdk) throws Exception {
        Result result =
                Distribution.run(folder, environment(jdk.toString(), Map.of("CULVERT_ARCHIVE", "make")), script);
        assertThat(result.err()).isEmpty();
    }

    private Result run(String java, Map<String, String> more, String... arguments) throws Exception {
        return Distribution.run(folder, environment(java, more), Distribution.script(), arguments);
    }

    private Map<String, String> environment(String java, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("JAVA_HOME", java);
        environment.put("CULVERT_NO_ARCHIVE", "");
        environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        return environment;
    }

    /** Makes what it is told to record. */
    private Path recordingJava(String version) throws IOException {
        Path jdk = Distribution.fakeJava(folder.resolve("jdk"), version);
        Files.writeString(jdk.resolve("bin/java"), """
                #!/bin/sh
                for option in "$@"; do
                    case $option in
                        -XX:ArchiveClassesAtExit=*) echo archive >"${option#*=}" ;;
                    esac
                done
                """);
        return jdk;
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache/culvert"))) {
            return files.toList();
        }
    }
}
