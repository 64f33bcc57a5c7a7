package dev.culvert.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A yamux program in another language, as a process that says on standard output how it fares. */
final class Peer implements AutoCloseable {

    private final Process process;
    private final BufferedReader lines;

    private Peer(Process process) {
        this.process = process;
        lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static Peer start(List<String> command, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.addAll(arguments);
        return new Peer(new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** The first line that begins so. */
    String await(String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError("the peer ended without saying \"" + start + "\"");
    }

    /** Its verdict: the last line before it ends. */
    String last() throws IOException {
        String last = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            last = line;
        }
        return last;
    }

    /** How it ends, once it has said its last. */
    int exitCode() throws IOException, InterruptedException {
        last();
        return process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
