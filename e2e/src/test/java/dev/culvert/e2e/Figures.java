package dev.culvert.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the system and the JVM say about a process. */
final class Figures {

    /**
     * For processes whose resident memory is compared: the heap is small and resident from the start, and nothing is
     * compiled for long. What was collected or not does not matter then; what is kept, and kept outside the heap, does.
     */
    static final Map<String, String> WHOLE_HEAP =
            Map.of("CULVERT_JAVA_OPTS", "-Xms64m -Xmx64m -XX:+AlwaysPreTouch -XX:TieredStopAtLevel=1");

    private final long pid;

    Figures(Culvert process) {
        pid = process.pid();
    }

    /** What its descriptors lead to, without what differs from one moment to the next. */
    Set<String> descriptors() {
        Set<String> all = new TreeSet<>();
        for (Path link : list("fd")) {
            try {
                all.add(link.getFileName() + " " + Files.readSymbolicLink(link));
            } catch (IOException e) {
                // Closed since.
            }
        }
        return all;
    }

    Set<String> threads() {
        return list("task").stream()
                .map(task ->
                        task.getFileName() + " " + read(task.resolve("comm")).trim())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** User and system time so far, in ticks of 10 ms. */
    long ticks() {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(afterName[11]) + Long.parseLong(afterName[12]);
    }

    /** Resident memory, in bytes. */
    long resident() {
        return number(read(Path.of("/proc/" + pid + "/status")), "VmRSS:\\s+(\\d+) kB") * 1024;
    }

    /** Live objects after a full collection, in bytes. */
    long heap() {
        // A histogram of live objects begins with a full collection; the second follows what the first let go.
        jcmd("GC.class_histogram");
        return number(jcmd("GC.class_histogram"), "(?m)^Total\\s+\\d+\\s+(\\d+)");
    }

    /** Memory of direct buffers, in bytes; the process has to run with {@code -XX:NativeMemoryTracking=summary}. */
    long direct() {
        return number(jcmd("VM.native_memory", "summary", "scale=b"), "Other \\(reserved=\\d+, committed=(\\d+)");
    }

    String histogram() {
        return jcmd("GC.class_histogram");
    }

    private String jcmd(String... command) {
        try {
            Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            Process process = new ProcessBuilder(
                            Stream.concat(Stream.of(jcmd.toString(), String.valueOf(pid)), Stream.of(command))
                                    .toList())
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<Path> list(String what) {
        try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid, what))) {
            return entries.collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return Long.parseLong(matcher.group(1));
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            return ""; // it has ended
        } catch (IOException e) {
            return ""; // it is ending
        }
    }
}
