package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The class-data archive of the distribution, as its folder and as it is unpacked, made once for all tests before the first
 * process starts: the tests start hundreds, and without it each parses its classes anew. A process of another distribution, or
 * with options that want an archive of their own, runs without one, so that none is made in the background of a test.
 */
final class Archive {

    private static final Path CACHE = Path.of(System.getProperty("culvert.repository"), "e2e/target/archive")
            .toAbsolutePath()
            .normalize();
    private static final Map<String, String> WITHOUT = Map.of("CULVERT_NO_ARCHIVE", "1");
    private static final Map<Path, Map<String, String>> MADE = new ConcurrentHashMap<>();

    private Archive() {}

    /** The variables for a process of a distribution. */
    static Map<String, String> variables(Path home, Map<String, String> environment) {
        boolean own = environment.containsKey("JAVA_HOME")
                || environment.getOrDefault("CULVERT_JAVA_OPTS", "").contains("Use");
        boolean asMade = home.equals(Culvert.home()) || home.startsWith(Profile.FOLDER);
        return own || !asMade ? WITHOUT : MADE.computeIfAbsent(home, Archive::make);
    }

    private static Map<String, String> make(Path home) {
        try {
            Files.createDirectories(CACHE);
            ProcessBuilder builder = new ProcessBuilder(
                            home.resolve("bin/culvert").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(CACHE.resolve("make.log").toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT"));
            builder.environment().putAll(Map.of("CULVERT_ARCHIVE", "make", "XDG_CACHE_HOME", CACHE.toString()));
            Process making = builder.start();
            assertThat(making.waitFor(Culvert.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            return making.exitValue() == 0 ? Map.of("XDG_CACHE_HOME", CACHE.toString()) : WITHOUT;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
