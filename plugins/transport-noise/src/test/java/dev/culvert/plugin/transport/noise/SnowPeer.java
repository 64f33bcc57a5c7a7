package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The program of {@code src/test/snow} as a process. */
final class SnowPeer implements AutoCloseable {

    private static final Path CRATE = Path.of("src/test/snow").toAbsolutePath();
    private static final Path TARGET = Path.of("target/snow").toAbsolutePath();

    private final Process process;
    private final BufferedReader lines;

    private SnowPeer(Process process) {
        this.process = process;
        lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Builds it, or skips the test aloud where nothing can. */
    static void build() throws Exception {
        boolean present = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "cargo")));
        if (!present) {
            System.err.println("no cargo here: the Noise transport is not tried against snow");
        }
        assumeTrue(present, "no cargo here");
        Process cargo = new ProcessBuilder(
                        "cargo", "build", "--quiet", "--release", "--locked", "--target-dir", TARGET.toString())
                .directory(CRATE.toFile())
                .inheritIO()
                .start();
        assertThat(cargo.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(cargo.exitValue()).isZero();
    }

    /**
     * Starts it.
     *
     * @param role {@code client} or {@code server}
     * @param own its private key, where the pattern has one
     * @param other the public key it knows beforehand
     */
    static SnowPeer start(
            String role,
            String pattern,
            NoiseCipher cipher,
            byte @Nullable [] own,
            byte @Nullable [] other,
            String... more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TARGET.resolve("release/snow-peer").toString(),
                role,
                HandshakePattern.parse(pattern).protocolName(cipher),
                hex(own),
                hex(other),
                hex(pattern.contains("psk") ? Keys.bytes("psk", Samples.PSK) : null)));
        command.addAll(List.of(more));
        return new SnowPeer(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    int port() throws IOException {
        String line = String.valueOf(lines.readLine());
        assertThat(line).startsWith("listening ");
        return Integer.parseInt(line.substring("listening ".length()));
    }

    /** The last line. */
    String verdict() throws IOException {
        return String.valueOf(lines.readLine());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String hex(byte @Nullable [] key) {
        return key == null ? "-" : HexFormat.of().formatHex(key);
    }
}
