package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The command of the built distribution, as a process. */
final class Culvert implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Path HOME = Path.of(System.getProperty("culvert.home"));

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private Culvert(Process process) {
        this.process = process;
        readers.add(collect(process.getInputStream(), out));
        readers.add(collect(process.getErrorStream(), err));
    }

    /** Where the distribution is. */
    static Path home() {
        return HOME;
    }

    /** Starts the command with a data directory of its own and no inherited settings. */
    static Culvert start(Path directory, String... arguments) {
        return start(HOME, directory, Map.of(), arguments);
    }

    static Culvert start(Path home, Path directory, Map<String, String> environment, String... arguments) {
        // Whoever runs the tests may ignore signals (nohup does), and what is ignored is inherited.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        command.add(home.resolve("bin/culvert").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CULVERT") || name.startsWith("BURROW"));
        builder.environment()
                .put("CULVERT_DATA_DIRECTORY", directory.resolve("data").toString());
        builder.environment().putAll(Archive.variables(home, environment));
        builder.environment().putAll(environment);
        try {
            return new Culvert(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the command to its end. */
    static Culvert run(Path directory, String... arguments) {
        return run(HOME, directory, Map.of(), arguments);
    }

    static Culvert run(Path home, Path directory, Map<String, String> environment, String... arguments) {
        Map<String, String> brief = new HashMap<>(environment);
        brief.merge("CULVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1", (given, own) -> own + " " + given);
        Culvert culvert = start(home, directory, brief, arguments);
        try {
            culvert.exitCode();
        } finally {
            culvert.close();
        }
        return culvert;
    }

    /** Waits for a line of standard output or the log, and returns the pattern's first group. */
    String await(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        String[] found = new String[1];
        Awaitility.await("a line like " + pattern)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> {
                    if (hasEnded(wanted)) {
                        throw new AssertionError(
                                "no line like " + pattern + "; exit code " + process.exitValue() + "\n" + this);
                    }
                })
                .until(() -> (found[0] = find(wanted)) != null);
        return found[0];
    }

    int exitCode() {
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ended: %s", this)
                    .isTrue();
            for (Thread reader : readers) {
                reader.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    String out() {
        return String.join("\n", out);
    }

    String err() {
        return String.join("\n", err);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. Not the process's own destroy(), which stops listening to what it says last. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "stdout:\n" + out() + "\nstderr:\n" + err();
    }

    private boolean hasEnded(Pattern wanted) {
        return !process.isAlive() && readers.stream().noneMatch(Thread::isAlive) && find(wanted) == null;
    }

    private String find(Pattern wanted) {
        for (List<String> lines : List.of(out, err)) {
            for (String line : lines) {
                Matcher matcher = wanted.matcher(line);
                if (matcher.find()) {
                    return matcher.groupCount() == 0 ? matcher.group() : matcher.group(1);
                }
            }
        }
        return null;
    }

    private static Thread collect(InputStream stream, List<String> lines) {
        Thread thread = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                // The process is gone.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
