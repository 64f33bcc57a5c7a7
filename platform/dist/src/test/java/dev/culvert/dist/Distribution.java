package dev.culvert.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The folder that the build has just made, and its script run in a small environment of its own. */
final class Distribution {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Distribution() {}

    static Path home() {
        return Path.of(System.getProperty("culvert.home"));
    }

    static Path script() {
        return home().resolve("bin/culvert");
    }

    static List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(home().resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** A Java of the given version that does nothing but print its arguments, one a line. */
    static Path fakeJava(Path folder, String version) throws IOException {
        Path java = folder.resolve("bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("release"), "IMPLEMENTOR=\"Fake\"\nJAVA_VERSION=\"" + version + "\"\n");
        return folder;
    }

    /** Runs a script with nothing in its environment but what is given and a PATH without Java. */
    static Result run(Path directory, Map<String, String> environment, Path script, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("out", "");
        Path err = Files.createTempFile("err", "");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", tools(directory).toString());
            builder.environment().put("CULVERT_NO_ARCHIVE", "1");
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within " + PATIENCE);
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** The few programs that the script may use: a machine that has Java in /usr/bin must not help it. */
    private static Path tools(Path directory) throws IOException {
        Path tools = directory.resolve("tools");
        if (!Files.exists(tools)) {
            Files.createDirectory(tools);
            for (String name : List.of(
                    "sh",
                    "cat",
                    "cksum",
                    "ls",
                    "ln",
                    "mkdir",
                    "mv",
                    "nice",
                    "nohup",
                    "readlink",
                    "rm",
                    "sed",
                    "sleep",
                    "sync")) {
                Path program = Stream.of("/usr/bin", "/bin")
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::exists)
                        .findFirst()
                        .orElseThrow();
                Files.createSymbolicLink(tools.resolve(name), program);
            }
        }
        return tools;
    }

    /** What a run left behind. */
    record Result(int status, String out, String err) {

        List<String> lines() {
            return out.lines().toList();
        }
    }
}
