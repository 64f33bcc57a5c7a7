package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import dev.culvert.testkit.TestPluginContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JwtFilterTest extends HttpFilterTck {

    private static final RSAKey KEY = key("a");
    private static final RSAKey OTHER = key("a");
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path directory;

    @Override
    protected HttpFilterFactory filter() {
        return section(null, null, new JWKSet(KEY).toPublicJWKSet().toString(), null, null, null);
    }

    @Override
    protected Map<String, String> passing() {
        return Map.of("authorization", "Bearer " + token(claims -> claims));
    }

    @Override
    protected List<Map<String, String>> refused() {
        return bad().values().stream()
                .map(token -> Map.of("authorization", "Bearer " + token))
                .toList();
    }

    @Override
    protected List<String> looksAt() {
        return List.of("authorization");
    }

    @Test
    void eachBadTokenIsRefusedAsSuch() {
        try (HttpKit kit = HttpKit.with(filter())) {
            bad().forEach((what, token) -> {
                var answer = kit.get("/", "authorization", "Bearer " + token);

                assertThat(answer.statusCode()).as(what).isEqualTo(401);
                assertThat(answer.headers().firstValue("www-authenticate").orElse(""))
                        .as(what)
                        .startsWith("Bearer ");
                assertThat(answer.body()).as(what).startsWith(FilterError.BEARER_REJECTED.code());
            });
            assertThat(kit.served()).isEmpty();
        }
    }

    @Test
    void aTokenThatWasGoodIsRefusedOnceItHasExpired() {
        HttpFilterFactory section =
                section(null, null, new JWKSet(KEY).toPublicJWKSet().toString(), null, null, Duration.ZERO);
        try (HttpKit kit = HttpKit.with(section)) {
            String token = token(
                    claims -> claims.expirationTime(Date.from(Instant.now().plusSeconds(3))));
            assertThat(kit.get("/", "authorization", "Bearer " + token).statusCode())
                    .isEqualTo(200);

            await().untilAsserted(() -> assertThat(
                            kit.get("/", "authorization", "Bearer " + token).statusCode())
                    .isEqualTo(401));
        }
    }

    @Test
    void aGoodTokenForSomethingElseIsForbidden() {
        HttpFilterFactory section = section(
                null,
                null,
                new JWKSet(KEY).toPublicJWKSet().toString(),
                null,
                Map.of("scope", List.of("write", "admin")),
                null);
        try (HttpKit kit = HttpKit.with(section)) {
            assertThat(status(kit, claims -> claims.claim("scope", "read write")))
                    .isEqualTo(200);
            assertThat(status(kit, claims -> claims.claim("scope", List.of("admin"))))
                    .isEqualTo(200);
            assertThat(status(kit, claims -> claims.claim("scope", "read writer")))
                    .isEqualTo(403);
            assertThat(status(kit, claims -> claims)).isEqualTo(403);
        }
    }

    @Test
    void theServiceSeesWhoItIs() {
        HttpFilterFactory section = new JwtFilterFactory(
                "https://issuer.example",
                List.of("web"),
                null,
                null,
                null,
                new JWKSet(KEY).toPublicJWKSet().toString(),
                null,
                null,
                null,
                false,
                "x-user");
        try (HttpKit kit = HttpKit.with(section)) {
            kit.get("/", "authorization", "Bearer " + token(claims -> claims), "x-user", "root");
            kit.get("/", "authorization", "Bearer " + token(claims -> claims.subject(null)), "x-user", "root");

            assertThat(kit.served().get(0).values("x-user")).containsExactly("alice");
            assertThat(kit.served().get(0).values("authorization")).isEmpty();
            assertThat(kit.served().get(1).values("x-user")).isEmpty();
        }
    }

    @Test
    void aSharedSecretIsNoPublicKey() throws Exception {
        HttpFilterFactory section = section(null, null, null, Secret.of(SECRET), null, null);
        try (HttpKit kit = HttpKit.with(section)) {
            String good = signed(JWSAlgorithm.HS256, new MACSigner(SECRET.getBytes(UTF_8)), claims().build());

            assertThat(kit.get("/", "authorization", "Bearer " + good).statusCode())
                    .isEqualTo(200);
            assertThat(kit.get("/", "authorization", "Bearer " + token(claims -> claims))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void keysOfAFileAreReadAgain() throws Exception {
        Path file = Files.writeString(directory.resolve("keys.json"), new JWKSet(OTHER).toString());
        try (HttpKit kit = HttpKit.with(section(null, file, null, null, null, null))) {
            assertThat(status(kit, claims -> claims)).isEqualTo(401);

            Files.writeString(file, new JWKSet(KEY).toString());

            await().untilAsserted(
                            () -> assertThat(status(kit, claims -> claims)).isEqualTo(200));
        }
    }

    @Test
    void aClientSendsThePublicKeysOfItsFile() throws Exception {
        Path file = Files.writeString(directory.resolve("keys.json"), new JWKSet(KEY).toString(false));

        JwtFilterFactory sent =
                (JwtFilterFactory) section(null, file, null, null, null, null).sent();

        assertThat(sent.jwksFile()).isNull();
        assertThat(sent.jwks()).contains("\"n\"").doesNotContain("\"d\"");
    }

    @Test
    void keysOfAUrlAreFetchedWithoutHoldingAnybodyUp() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/jwks", exchange -> {
            fetched.incrementAndGet();
            byte[] keys = new JWKSet(KEY).toPublicJWKSet().toString().getBytes(UTF_8);
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        String url = "http://127.0.0.1:" + issuer.getAddress().getPort() + "/jwks";
        try (HttpKit kit = HttpKit.with(section(url, null, null, null, null, null))) {
            assertThat(status(kit, claims -> claims)).isEqualTo(200);
            assertThat(status(kit, claims -> claims.claim("x", 1))).isEqualTo(200);
            assertThat(fetched).hasValue(1);
        } finally {
            issuer.stop(0);
        }
    }

    @Test
    void withoutKeysNobodyPassesAndNobodyIsBlamed() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        HttpFilterFactory section = section("http://127.0.0.1:" + port + "/jwks", null, null, null, null, null);
        try (HttpKit kit = HttpKit.with(section)) {
            var answer = kit.get("/", passingHeaders());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).startsWith(FilterError.KEYS_UNAVAILABLE.code());
        }
    }

    @Test
    void aClientDoesNotMakeTheServerCallAnybody() {
        HttpFilterFactory section = section("https://issuer.example/jwks", null, null, null, null, null);
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            assertThatThrownBy(() -> section.build(context, Role.CLIENT))
                    .isInstanceOfSatisfying(
                            CulvertException.class,
                            e -> assertThat(e.code()).isEqualTo(FilterError.FILTER_NOT_PERMITTED));
        }
    }

    @Test
    void keysAreFetchedByHttpsOnly() {
        assertThatThrownBy(() -> section("http://issuer.example/jwks", null, null, null, null, null))
                .hasMessageContaining("jwks_url");
        assertThatThrownBy(() -> section("file:///etc/passwd", null, null, null, null, null))
                .hasMessageContaining("jwks_url");
        assertThatThrownBy(() -> section(null, null, null, null, null, null)).hasMessageContaining("exactly one");
    }

    private String[] passingHeaders() {
        return new String[] {"authorization", passing().get("authorization")};
    }

    private static Map<String, String> bad() {
        Map<String, String> bad = new LinkedHashMap<>();
        String good = token(claims -> claims);
        bad.put("nothing like one", "sesame");
        bad.put("of another key", signed(JWSAlgorithm.RS256, signer(OTHER), claims().build()));
        bad.put("of another algorithm", signed(JWSAlgorithm.RS512, signer(KEY), claims().build()));
        bad.put("unsigned", new PlainJWT(claims().build()).serialize());
        bad.put("with its signature cut off", good.substring(0, good.lastIndexOf('.') + 1));
        bad.put("of another issuer", token(claims -> claims.issuer("https://evil.example")));
        bad.put("for another audience", token(claims -> claims.audience("mail")));
        bad.put("for nobody", token(claims -> claims.audience((String) null)));
        bad.put(
                "expired",
                token(claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120)))));
        bad.put("without an end", token(claims -> claims.expirationTime(null)));
        bad.put(
                "not yet good",
                token(claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(120)))));
        bad.put("too long", good + "A".repeat(9000));
        try {
            // The public key as if it were a shared secret.
            bad.put(
                    "signed with the public key",
                    signed(
                            JWSAlgorithm.HS256,
                            new MACSigner(KEY.toRSAPublicKey().getEncoded()),
                            claims().build()));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return bad;
    }

    private static int status(HttpKit kit, UnaryOperator<JWTClaimsSet.Builder> change) {
        return kit.get("/", "authorization", "Bearer " + token(change)).statusCode();
    }

    private static String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        return signed(JWSAlgorithm.RS256, signer(KEY), change.apply(claims()).build());
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience("web")
                .subject("alice")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    private static String signed(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(algorithm)
                            .type(JOSEObjectType.JWT)
                            .keyID("a")
                            .build(),
                    claims);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWSSigner signer(RSAKey key) {
        try {
            return new RSASSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JwtFilterFactory section(
            String url, Path file, String jwks, Secret secret, Map<String, List<String>> required, Duration skew) {
        return new JwtFilterFactory(
                "https://issuer.example", List.of("web"), null, url, file, jwks, secret, required, skew, null, null);
    }
}
