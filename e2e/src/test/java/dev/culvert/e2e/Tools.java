package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the machine that tests use where they are. */
final class Tools {

    private Tools() {}

    /** Where one of these programs is; without any the test is skipped, and says so. */
    static String require(String... names) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        String found = Stream.of(names)
                .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
        if (found == null) {
            System.err.println("SKIPPED: " + String.join(", ", names) + ": not here");
        }
        assumeTrue(found != null, () -> "none of these is installed: " + String.join(", ", names));
        return found;
    }

    /** Runs one to its end; what it says. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /** What openssl says of a handshake with a port of this machine, by one version of TLS: {@code tls1_1}, {@code tls1_2}. */
    static String handshake(int port, String version) throws IOException, InterruptedException {
        // Without the cipher openssl itself would refuse what is old.
        return run(
                "sh",
                "-c",
                require("openssl") + " s_client -connect 127.0.0.1:" + port + " -" + version
                        + " -cipher ALL:@SECLEVEL=0 </dev/null");
    }

    /** A key and a certificate for it that vouches for itself: {@code NAME.key} and {@code NAME.pem}. */
    static void certify(Path directory, String name, List<String> hosts) throws IOException, InterruptedException {
        String said = run(
                require("openssl"),
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName="
                        + String.join(
                                ",", hosts.stream().map(host -> "DNS:" + host).toList()),
                "-keyout",
                directory.resolve(name + ".key").toString(),
                "-out",
                directory.resolve(name + ".pem").toString());
        assertThat(directory.resolve(name + ".pem")).as(said).exists();
    }
}
