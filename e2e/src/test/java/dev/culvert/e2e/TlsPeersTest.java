package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other people's TLS at the other end: OpenSSL in both roles, and scanners. */
final class TlsPeersTest {

    /** What every server has whose key nobody vouches for, and which has no name. */
    private static final List<String> BY_DESIGN = List.of("cert_chain_of_trust", "cert_revocation", "DNS_CAArecord");

    /** All of testssl.sh but its simulation of browsers; most of its time is spent waiting, so they run side by side. */
    private static final List<List<String>> CHECKS =
            List.of(List.of("-p", "-f"), List.of("-s"), List.of("-P", "-S"), List.of("-U"));

    private static final Path PYTHON = Path.of("target", "python").toAbsolutePath();

    @TempDir
    private Path directory;

    @Test
    void opensslGetsThreeButNotTwoFromOurServer() throws Exception {
        requireProgram("openssl", "version");
        try (Culvert server = server()) {
            String target = "127.0.0.1:" + server.await("^clients: port (\\d+)");
            String pin = server.await("^pin: sha256/(\\S+)");
            server.await("^ready$");

            String three = run("openssl", "s_client", "-connect", target, "-alpn", "culvert/1", "-showcerts");
            assertThat(three)
                    .contains("New, TLSv1.3", "ALPN protocol: culvert/1", "Early data was not sent")
                    .doesNotContain("New Session Ticket");
            assertThat(pinOf(three)).isEqualTo(pin);

            assertThat(run("openssl", "s_client", "-connect", target, "-tls1_2"))
                    .contains("alert protocol version");
            assertThat(run("openssl", "s_client", "-connect", target, "-alpn", "nobody/7"))
                    .contains("No ALPN negotiated");
        }
    }

    @Test
    void ourClientTakesOpensslByItsKeyAndByNoOther() throws Exception {
        requireProgram("openssl", "version");
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=peer",
                "-keyout",
                "peer.key",
                "-out",
                "peer.pem");
        String pin = pinOf(Files.readString(directory.resolve("peer.pem")));
        Process peer = new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:0",
                        "-cert",
                        "peer.pem",
                        "-key",
                        "peer.key",
                        "-alpn",
                        "culvert/1",
                        "-tls1_3",
                        "-no_ticket")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            String port = "";
            for (String line = peer.inputReader().readLine();
                    line != null;
                    line = peer.inputReader().readLine()) {
                if (line.startsWith("ACCEPT ")) {
                    port = line.substring(line.lastIndexOf(':') + 1);
                    break;
                }
            }
            try (Culvert client = client(port, "sha256/" + pin)) {
                for (String line = peer.inputReader().readLine();
                        line != null;
                        line = peer.inputReader().readLine()) {
                    if (line.startsWith("CIPHER is ")) {
                        assertThat(line).contains("GCM");
                        break;
                    }
                }
                client.terminate();
                assertThat(client.err()).doesNotContain("CLV-2010");
            }
            try (Culvert client = client(port, "sha256/" + "A".repeat(43) + "=")) {
                assertThat(client.exitCode()).isEqualTo(5);
                assertThat(client.err()).contains("CLV-2010", "sha256/" + pin);
            }
        } finally {
            peer.destroyForcibly();
        }
    }

    @Test
    void sslyzeFindsNothingButAKeyThatNobodyVouchesFor() throws Exception {
        requireSslyze();
        try (Culvert server = server()) {
            String target = "127.0.0.1:" + server.await("^clients: port (\\d+)");
            server.await("^ready$");

            String report = run("python3", "-m", "sslyze", target);

            assertThat(report).contains("TLS_AES_128_GCM_SHA256").doesNotContain("VULNERABLE -");
            assertThat(report.lines().map(String::strip).filter(text -> text.startsWith("* ") && text.contains("_")))
                    .as(report)
                    .allMatch(finding -> finding.startsWith("* certificate_path_validation:"));
        }
    }

    @Test
    @Tag("slow")
    void testsslFindsNothingButAKeyThatNobodyVouchesFor() throws Exception {
        requireProgram("testssl", "--version");
        ExecutorService threads = Executors.newFixedThreadPool(CHECKS.size());
        try (Culvert server = server()) {
            String target = "127.0.0.1:" + server.await("^clients: port (\\d+)");
            server.await("^ready$");
            List<Future<JsonNode>> scans = new ArrayList<>();
            for (List<String> checks : CHECKS) {
                scans.add(threads.submit((Callable<JsonNode>) () -> testssl(target, checks)));
            }

            Map<String, String> findings = new TreeMap<>();
            int all = 0;
            for (Future<JsonNode> scan : scans) {
                for (JsonNode finding : scan.get()) {
                    all++;
                    String severity = finding.path("severity").asText();
                    // A program that it would like to have, and does not, is no finding.
                    boolean own = finding.path("id").asText().equals("engine_problem");
                    if (!own && !List.of("OK", "INFO", "DEBUG").contains(severity)) {
                        findings.put(
                                finding.path("id").asText(),
                                severity + ": " + finding.path("finding").asText());
                    }
                }
            }
            System.out.println("testssl.sh: " + all + " checks, not good: " + findings);
            assertThat(all).as("it looked at something").isGreaterThan(50);
            assertThat(findings.keySet()).as("%s", findings).isSubsetOf(BY_DESIGN);
        } finally {
            threads.shutdownNow();
        }
    }

    private JsonNode testssl(String target, List<String> checks) throws Exception {
        Path report = directory.resolve("testssl" + String.join("", checks) + ".json");
        List<String> command = new ArrayList<>(
                List.of("testssl", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", report.toString()));
        command.addAll(checks);
        command.add(target);
        String said = run(command.toArray(String[]::new));
        assertThat(report).as(said).isNotEmptyFile();
        return new ObjectMapper().readTree(report.toFile());
    }

    // Scanners open many connections, and every one of them is a stranger's.
    private Culvert server() throws IOException {
        Path file = Pair.write(directory, "server.toml", """
                max_unauthenticated_per_source = 900
                [[listen]]
                bind = "127.0.0.1:0"
                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(Pair.TOKEN));
        return Culvert.start(directory, "server", file.toString(), "--admin", "0");
    }

    private Culvert client(String port, String pin) {
        return Culvert.start(
                Culvert.home(),
                directory,
                Map.of("CULVERT_TOKEN", Pair.TOKEN),
                "tcp",
                "3000",
                "--server",
                "127.0.0.1:" + port,
                "--pin",
                pin);
    }

    /** The pin of the first certificate in a text: the hash of its key, RFC 7469. */
    private static String pinOf(String pem) throws Exception {
        int from = pem.indexOf("-----BEGIN CERTIFICATE-----");
        assertThat(from).as(pem).isNotNegative();
        Certificate certificate = CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(pem.substring(from).getBytes(StandardCharsets.US_ASCII)));
        byte[] key = certificate.getPublicKey().getEncoded();
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    }

    /** Runs a program in the test's directory, with nothing on its standard input, and returns what it says. */
    private String run(String... command) throws IOException {
        Process process = process(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A library of Python: what is not here is fetched once, into the build's folder. */
    private void requireSslyze() throws IOException {
        boolean present = ran("python3", "-c", "import sslyze")
                || ran("python3", "-m", "pip", "-q", "install", "--target", PYTHON.toString(), "sslyze");
        if (!present) {
            System.err.println("SKIPPED: sslyze is not here, and there is no pip to fetch it; it does not scan");
        }
        assumeTrue(present, "sslyze is not installed");
    }

    private boolean ran(String... command) throws IOException {
        try {
            return process(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private ProcessBuilder process(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        builder.environment().put("PYTHONPATH", PYTHON.toString());
        return builder;
    }

    private void requireProgram(String... command) {
        boolean present;
        try {
            run(command);
            present = true;
        } catch (IOException e) {
            present = false;
        }
        if (!present) {
            System.err.println("SKIPPED: " + command[0] + " is not here; its TLS is not tried");
        }
        assumeTrue(present, () -> command[0] + " is not installed: " + Arrays.toString(command));
    }
}
