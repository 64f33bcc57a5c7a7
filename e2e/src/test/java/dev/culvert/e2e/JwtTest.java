package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of two issuers, beside a token of this server's own, with the jar of the distribution. */
@Tag("slow")
class JwtTest {

    /** Of a token that is replaced, in seconds. */
    private static final int LIFE = 12;

    private static final String SECRET = "a secret of the issuer, 32 or more";

    @TempDir
    private Path directory;

    private KeyPair pair;

    @BeforeEach
    void make() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        pair = generator.generateKeyPair();
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        Pair.write(
                directory,
                "keys.json",
                "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"one\",\"n\":\"" + number(key.getModulus()) + "\",\"e\":\""
                        + number(key.getPublicExponent()) + "\"}]}");
    }

    @Test
    void aSessionEndsWithItsTokenAndNewerTokensKeepIt() throws Exception {
        Path file = Pair.write(directory, "token", rsa(LIFE));
        ScheduledExecutorService issuer = Executors.newSingleThreadScheduledExecutor();
        issuer.scheduleWithFixedDelay(() -> replace(file, rsa(LIFE)), 1, 1, TimeUnit.SECONDS);
        try (Culvert server = server();
                Service echo = Service.echo();
                Culvert client = client(server, "file = \"" + file + "\"", echo)) {
            int port = Pair.endpoint(client, "t");
            server.await("session active .*principal=alice");
            Instant over = Instant.now().plusSeconds(LIFE + 3);
            try (Socket visitor = Visitor.connect(port)) {
                Awaitility.await()
                        .atMost(Culvert.PATIENCE)
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> {
                            assertThat(Visitor.echo(visitor, "hello")).isEqualTo("hello");
                            return Instant.now().isAfter(over);
                        });
            }
            assertThat(server.toString()).doesNotContain("session ended");
            issuer.shutdown();
            assertThat(issuer.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

            // Nobody keeps the file fresh any more: the last token ends the session.
            server.await("session ended .*CLV-2002");
            replace(file, rsa(600));
            Awaitility.await().atMost(Culvert.PATIENCE).until(() -> count(server, "session active") == 2);
            assertThat(server.toString() + client).doesNotContain(Files.readString(file));
        } finally {
            issuer.shutdownNow();
        }
    }

    @Test
    void issuersAndTokensStandBesideEachOther() throws Exception {
        try (Culvert server = server();
                Service echo = Service.echo()) {
            try (Culvert one = client(server, "token = \"" + rsa(600) + "\"", echo);
                    Culvert other = client(server, "token = \"" + hmac(600) + "\"", echo)) {
                Pair.endpoint(one, "t");
                Pair.endpoint(other, "t");
                server.await("session active .*principal=alice ");
                server.await("session active .*principal=other:bob ");
            }
            String expired = hmac(-600);
            try (Culvert late = client(server, "token = \"" + expired + "\"", echo)) {
                assertThat(late.exitCode()).isEqualTo(5);
                assertThat(late.err()).contains("CLV-2002");
            }
            String forged = rsa(600).substring(0, rsa(600).length() - 8) + "AAAAAAAA";
            try (Culvert forger = client(server, "token = \"" + forged + "\"", echo)) {
                assertThat(forger.exitCode()).isEqualTo(5);
                assertThat(forger.err()).contains("CLV-2001").doesNotContain("CLV-2014");
            }
            server.await("client refused .*CLV-2001.*\\[CLV-2014");
            assertThat(server.toString()).doesNotContain(expired, forged, SECRET);
        }
    }

    @Test
    void aServerWhoseOnlyWayInNeedsPrivacyDoesNotStartWithoutIt() throws Exception {
        Path file = Pair.write(directory, "plain.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = "plain"

                """ + secretSection());
        try (Culvert server = Culvert.start(directory, "server", file.toString())) {
            assertThat(server.exitCode()).isNotZero();
            assertThat(server.err()).contains("CLV-2016");
        }
    }

    @Test
    void twoSectionsOfTokensAreRefused() throws Exception {
        String tokens = "[[auth]]\ntype = \"token\"\ntoken = \"" + Pair.TOKEN + "\"\n";
        Path file = Pair.write(directory, "two.toml", "[[listen]]\nbind = \"127.0.0.1:0\"\n" + tokens + tokens);
        try (Culvert server = Culvert.start(directory, "server", file.toString())) {
            assertThat(server.exitCode()).isNotZero();
            assertThat(server.err()).contains("CLV-1010").contains("two sections of type \"token\"");
        }
    }

    private Culvert server() throws Exception {
        Path file = Pair.write(
                directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = "tls"

                [[auth]]
                type = "token"
                token = "%s"

                [[auth]]
                type = "jwt"
                issuer = "https://one.example"
                audience = ["culvert"]
                jwks_file = "%s"
                clock_skew = "0s"

                """.formatted(Pair.TOKEN, directory.resolve("keys.json")) + secretSection());
        return Culvert.start(directory, "server", file.toString(), "--admin", "0");
    }

    private static String secretSection() {
        return """
                [[auth]]
                type = "jwt"
                issuer = "https://other.example"
                audience = ["culvert"]
                secret = "%s"
                principal_prefix = "other:"
                """.formatted(SECRET);
    }

    private int clients;

    private Culvert client(Culvert server, String source, Service service) {
        Path file = Pair.write(directory, "client" + ++clients + ".toml", """
                server = "127.0.0.1:%s"
                transport = { type = "tls", pin = "%s" }

                [[auth]]
                type = "jwt"
                %s

                %s
                """.formatted(
                        server.await("^clients: port (\\d+)"),
                        server.await("^pin: (\\S+)"),
                        source,
                        Pair.tunnel("t", service.port(), 0)));
        return Culvert.start(directory, "client", file.toString());
    }

    private static long count(Culvert process, String words) {
        return process.toString().lines().filter(line -> line.contains(words)).count();
    }

    private static void replace(Path file, String text) {
        try {
            Path aside = Files.writeString(file.resolveSibling("token.new"), text);
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** alice's token of the first issuer. */
    private String rsa(int seconds) {
        String signed =
                part("{\"alg\":\"RS256\",\"kid\":\"one\"}") + "." + claims("https://one.example", "alice", seconds);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(signed.getBytes(UTF_8));
            return signed + "." + part(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** bob's token of the other issuer. */
    private static String hmac(int seconds) throws Exception {
        String signed = part("{\"alg\":\"HS256\"}") + "." + claims("https://other.example", "bob", seconds);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        return signed + "." + part(mac.doFinal(signed.getBytes(UTF_8)));
    }

    private static String claims(String issuer, String subject, int seconds) {
        return part("{\"iss\":\"" + issuer + "\",\"aud\":\"culvert\",\"sub\":\"" + subject + "\",\"exp\":"
                + Instant.now().plus(Duration.ofSeconds(seconds)).getEpochSecond() + "}");
    }

    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        return part(bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static String part(String text) {
        return part(text.getBytes(UTF_8));
    }

    private static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
