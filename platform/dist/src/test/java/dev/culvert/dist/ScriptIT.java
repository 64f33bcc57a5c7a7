package dev.culvert.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.dist.Distribution.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code bin/culvert} finds Java and itself, and what it starts Java with. */
final class ScriptIT {

    @TempDir
    private Path folder;

    @Test
    void findsItsHomeThroughLinksAndKeepsArgumentsWhole() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("inner"), Distribution.script());
        Path outer = Files.createSymbolicLink(folder.resolve("a link"), folder.relativize(link));

        Result result = Distribution.run(folder, java("17.0.1"), outer, "check", "a file.toml", "*", "");

        assertThat(result.lines())
                .contains("-Dculvert.home=" + Distribution.home().toRealPath())
                .endsWith(
                        "-jar", Distribution.home().toRealPath() + "/lib/culvert.jar", "check", "a file.toml", "*", "");
    }

    @Test
    void worksFromAFolderWithSpaces() throws Exception {
        Path home = Files.createDirectories(folder.resolve("my culvert"));
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Distribution.script(), home.resolve("bin/culvert"));

        Result result = Distribution.run(folder, java("21"), home.resolve("bin/culvert"), "version");

        assertThat(result.lines()).contains("-Dculvert.home=" + home.toRealPath());
    }

    @Test
    void refusesAnOldJavaAndSaysWhichOneItWas() throws Exception {
        Result result = Distribution.run(folder, java("11.0.27"), Distribution.script(), "server");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(folder + "/jdk/bin/java is Java 11.0.27 (expected: 17 or later)");
    }

    @Test
    void refusesTheOldWayOfCountingToo() throws Exception {
        Result result = Distribution.run(folder, java("1.8.0_462"), Distribution.script(), "server");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("is Java 1.8.0_462 (expected: 17 or later)");
    }

    @Test
    void asksJavaItselfWhereItCarriesNoReleaseFile() throws Exception {
        Path jdk = Distribution.fakeJava(folder.resolve("jdk"), "17");
        Files.delete(jdk.resolve("release"));
        Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");

        Result result = Distribution.run(folder, Map.of("JAVA_HOME", jdk.toString()), Distribution.script(), "server");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("is Java 11.0.2 (expected: 17 or later)");
    }

    @Test
    void saysWhatToDoWhereThereIsNoJava() throws Exception {
        Result missing = Distribution.run(folder, Map.of(), Distribution.script(), "server");
        Result wrong = Distribution.run(folder, Map.of("JAVA_HOME", "/nowhere"), Distribution.script(), "server");

        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("Java was not found. Install Java 17 or later");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err()).contains("JAVA_HOME is /nowhere, which has no bin/java");
    }

    @Test
    void optionsOfTheUserComeLastAndSoWin() throws Exception {
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                Distribution.fakeJava(folder.resolve("jdk"), "25.0.1").toString(),
                "CULVERT_JAVA_OPTS",
                "-Xmx1g -Dio.netty.leakDetection.level=paranoid");

        Result result = Distribution.run(folder, environment, Distribution.script(), "server");

        assertThat(result.lines())
                .containsSubsequence(
                        "-Dio.netty.leakDetection.level=disabled",
                        "-Xmx1g",
                        "-Dio.netty.leakDetection.level=paranoid",
                        "-jar");
    }

    @Test
    void onlyCommandsThatEndAtOnceDoWithoutTheOptimisingCompiler() throws Exception {
        Result brief = Distribution.run(folder, java("17"), Distribution.script(), "token", "new", "laptop");
        Result lasting = Distribution.run(folder, java("17"), Distribution.script(), "client", "check");

        assertThat(brief.lines()).contains("-XX:TieredStopAtLevel=1");
        assertThat(lasting.lines()).doesNotContain("-XX:TieredStopAtLevel=1");
    }

    private Map<String, String> java(String version) throws IOException {
        return Map.of(
                "JAVA_HOME",
                Distribution.fakeJava(folder.resolve("jdk"), version).toString());
    }
}
