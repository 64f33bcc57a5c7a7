package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Role;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.TestPluginContext;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as attackers and misconfigured issuers make them. */
final class BadTokensTest {

    private static final Issuer ISSUER = new Issuer("one");

    private static final AuthenticationContext PRIVATE =
            new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, Map.of(), true);

    private final MovableClock clock = new MovableClock();

    @TempDir
    private Path directory;

    private TestPluginContext context;
    private Authenticator authenticator;

    @BeforeEach
    void build() throws Exception {
        context = new TestPluginContext(Role.SERVER, directory);
        use(Section.withFile(keys()));
    }

    private void use(JwtAuthenticatorFactory section) {
        if (authenticator != null) {
            authenticator.close();
        }
        authenticator = section.build(context, clock, new Http(Duration.ofSeconds(1)));
    }

    private String keys() throws Exception {
        return Files.writeString(directory.resolve("keys.json"), ISSUER.keys()).toString();
    }

    @AfterEach
    void release() {
        authenticator.close();
        context.close();
    }

    @Test
    void aGoodTokenIsTaken() {
        assertThat(accepted(ISSUER.token(clock.instant())).principal().name()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE"})
    void anUnsignedTokenIsRefused(String none) {
        String claims = ISSUER.token(clock.instant()).split("\\.")[1];

        assertRefused(part("{\"alg\":\"" + none + "\"}") + "." + claims + ".", AuthError.TOKEN_MALFORMED, "unsigned");
        assertRefused(
                part("{\"alg\":\"" + none + "\"}") + "." + claims + "." + part("x"),
                AuthError.TOKEN_MALFORMED,
                "unsigned");
    }

    @Test
    void aPublicKeyIsNoSharedSecret() throws Exception {
        String claims = ISSUER.token(clock.instant()).split("\\.")[1];
        List<byte[]> secrets = List.of(
                ISSUER.key.toRSAPublicKey().getEncoded(),
                Base64.getMimeEncoder().encode(ISSUER.key.toRSAPublicKey().getEncoded()),
                ISSUER.key.toPublicJWK().toJSONString().getBytes(UTF_8),
                ISSUER.keys().getBytes(UTF_8));
        for (byte[] secret : secrets) {
            String signed = part("{\"alg\":\"HS256\",\"kid\":\"one\"}") + "." + claims;
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            String token = signed + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));

            assertRefused(token, AuthError.TOKEN_MALFORMED, "HS256");
        }
    }

    @Test
    void anotherAlgorithmOfTheFamilyIsRefusedUnlessItIsNamed() throws Exception {
        String token = ISSUER.token(
                new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("one").build(), clock.instant(), claims -> {});
        String pss = ISSUER.token(
                new JWSHeader.Builder(JWSAlgorithm.PS256).keyID("one").build(), clock.instant(), claims -> {});

        assertRefused(token, AuthError.TOKEN_MALFORMED, "RS512");
        assertRefused(pss, AuthError.TOKEN_MALFORMED, "PS256");
        use(Section.withFile(keys(), List.of("RS256", "RS512"), null));
        assertThat(accepted(token)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../../dev/null",
                "/etc/passwd",
                "one' OR '1'='1",
                "one; DROP TABLE keys",
                "one\u0000",
                "",
                "http://127.0.0.1:1/keys",
                "${jndi:ldap://127.0.0.1/x}"
            })
    void aKeyIdIsOnlyEverCompared(String id) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(id).build();

        CulvertException refusal = refusal(ISSUER.token(header, clock.instant(), claims -> {}));

        assertThat(reason(refusal).code()).isEqualTo(AuthError.TOKEN_NOT_GENUINE);
        assertThat(reason(refusal).detail()).doesNotContain("' ", ";", "\u0000", "$", "{");
    }

    @Test
    void keysThatATokenBringsAlongAreNotLookedAt() throws Exception {
        Issuer stranger = new Issuer("stranger");
        JWSHeader own = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("one")
                .jwk(stranger.key.toPublicJWK())
                .build();
        JWSHeader elsewhere = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwkURL(URI.create("http://127.0.0.1:1/keys"))
                .x509CertURL(URI.create("http://127.0.0.1:1/x5u"))
                .build();

        assertRefused(stranger.token(own, clock.instant(), claims -> {}), AuthError.TOKEN_NOT_GENUINE, "signature");
        assertRefused(
                stranger.token(elsewhere, clock.instant(), claims -> {}), AuthError.TOKEN_NOT_GENUINE, "signature");
    }

    @Test
    void whatIsNoPlainSignedTokenIsRefused() {
        String good = ISSUER.token(clock.instant());
        String[] parts = good.split("\\.");
        String deep = "{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}";
        String encrypted = part(
                "{\"alg\":\"PBES2-HS256+A128KW\",\"p2c\":2147483647,\"p2s\":\"AAAAAAAAAAA\",\"enc\":\"A128CBC-HS256\"}");

        assertRefused("a".repeat(BearerMessage.MOST_TOKEN_BYTES + 1), AuthError.TOKEN_MALFORMED, "at most 8192");
        assertRefused("a".repeat(60_000), AuthError.TOKEN_MALFORMED, "at most 8192");
        assertRefused(encrypted + ".AA.AA.AA.AA", AuthError.TOKEN_MALFORMED, "encrypted");
        assertRefused(part(deep) + "." + parts[1] + "." + parts[2], AuthError.TOKEN_MALFORMED, "header");
        assertRefused(parts[0] + "." + part(deep) + "." + parts[2], AuthError.TOKEN_MALFORMED, "claims");
        assertRefused(parts[0] + "." + part(good) + "." + parts[2], AuthError.TOKEN_MALFORMED, "claims");
        assertRefused(parts[0] + "." + part("[]") + "." + parts[2], AuthError.TOKEN_MALFORMED, "no JSON object");
        assertRefused(
                parts[0] + "." + part("{\"iss\":\"a\",\"iss\":\"" + Issuer.NAME + "\"}") + "." + parts[2],
                AuthError.TOKEN_MALFORMED,
                "twice");
        assertRefused(
                header("\"crit\":[\"exp\"]") + "." + parts[1] + "." + parts[2], AuthError.TOKEN_MALFORMED, "critical");
        assertRefused(header("\"cty\":\"JWT\"") + "." + parts[1] + "." + parts[2], AuthError.TOKEN_MALFORMED, "nested");
        assertRefused(header("\"kid\":7") + "." + parts[1] + "." + parts[2], AuthError.TOKEN_MALFORMED, "kid");
        assertRefused(good + ".", AuthError.TOKEN_MALFORMED, "4 parts");
        assertRefused(parts[0] + "." + parts[1], AuthError.TOKEN_MALFORMED, "2 parts");
        assertRefused(good + "=", AuthError.TOKEN_MALFORMED, "base64url");
        assertRefused("an.opaque.token", AuthError.TOKEN_MALFORMED, "base64url");
    }

    @Test
    void aTokenOfAnotherTypeIsNoCredential() {
        JWSHeader logout = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("logout+jwt"))
                .keyID("one")
                .build();
        JWSHeader access = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("one")
                .build();

        assertRefused(ISSUER.token(logout, clock.instant(), claims -> {}), AuthError.TOKEN_MALFORMED, "type");
        assertThat(accepted(ISSUER.token(access, clock.instant(), claims -> {})))
                .isNotNull();
    }

    @Test
    void whatASignatureDoesNotCoverIsRefused() {
        String good = ISSUER.token(clock.instant());
        String mallory = ISSUER.token(clock.instant(), claims -> claims.subject("mallory"));
        String[] parts = good.split("\\.");

        assertRefused(
                parts[0] + "." + mallory.split("\\.")[1] + "." + parts[2], AuthError.TOKEN_NOT_GENUINE, "signature");
        assertRefused(parts[0] + "." + parts[1] + ".", AuthError.TOKEN_NOT_GENUINE, "signature");
    }

    @Test
    void aTokenForSomebodyElseIsRefused() {
        assertRefused(
                changed(claims -> claims.issuer("https://other.example")), AuthError.TOKEN_NOT_APPLICABLE, "issuer");
        assertRefused(changed(claims -> claims.issuer(null)), AuthError.TOKEN_NOT_APPLICABLE, "issuer");
        assertRefused(changed(claims -> claims.audience("other")), AuthError.TOKEN_NOT_APPLICABLE, "audience");
        assertRefused(
                ISSUER.token("{\"iss\":\"" + Issuer.NAME + "\",\"sub\":\"alice\",\"aud\":{\"any\":\"" + Issuer.AUDIENCE
                        + "\"},\"exp\":" + clock.instant().plusSeconds(600).getEpochSecond() + "}"),
                AuthError.TOKEN_NOT_APPLICABLE,
                "audience");
        assertRefused(changed(claims -> claims.audience((String) null)), AuthError.TOKEN_NOT_APPLICABLE, "audience");
        assertThat(accepted(changed(claims -> claims.audience(List.of("other", Issuer.AUDIENCE)))))
                .isNotNull();
    }

    /** Ten minutes either way, with thirty seconds between the clocks. */
    @Test
    void datesCountWithTheSkewAndNoMore() {
        for (int minutes = -10; minutes <= 10; minutes++) {
            for (int seconds : new int[] {-31, -29, 0, 29, 31}) {
                int offset = minutes * 60 + seconds;
                Instant then = clock.instant().plusSeconds(offset);

                CulvertException expired = refusalOrNull(changed(
                        claims -> claims.issueTime(null).notBeforeTime(null).expirationTime(Date.from(then))));
                CulvertException early = refusalOrNull(changed(claims -> claims.issueTime(null)
                        .notBeforeTime(Date.from(then))
                        .expirationTime(Date.from(clock.instant().plusSeconds(3600)))));
                CulvertException future = refusalOrNull(changed(claims -> claims.notBeforeTime(null)
                        .issueTime(Date.from(then))
                        .expirationTime(Date.from(clock.instant().plusSeconds(3600)))));

                assertThat(expired == null).as("exp %d", offset).isEqualTo(offset > -30);
                assertThat(early == null).as("nbf %d", offset).isEqualTo(offset <= 30);
                assertThat(future == null).as("iat %d", offset).isEqualTo(offset <= 30);
                if (expired != null) {
                    assertThat(expired.code()).isEqualTo(AuthError.CREDENTIAL_EXPIRED);
                }
                if (early != null) {
                    assertThat(reason(early).code()).isEqualTo(AuthError.TOKEN_NOT_APPLICABLE);
                }
            }
        }
    }

    @Test
    void aTokenThatIsGoodForTooLongIsRefused() throws Exception {
        Instant now = clock.instant();
        String day = changed(claims -> claims.issueTime(Date.from(now.minusSeconds(3600)))
                .expirationTime(Date.from(now.plusSeconds(23 * 3600))));
        String longer = changed(claims -> claims.issueTime(Date.from(now.minusSeconds(3600)))
                .expirationTime(Date.from(now.plusSeconds(23 * 3600 + 1))));
        String unsaid = changed(claims -> claims.issueTime(null).expirationTime(Date.from(now.plusSeconds(25 * 3600))));

        assertThat(accepted(day)).isNotNull();
        assertRefused(longer, AuthError.TOKEN_NOT_APPLICABLE, "good for 86401 s (expected: at most 86400 s");
        assertRefused(unsaid, AuthError.TOKEN_NOT_APPLICABLE, "max_lifetime");

        use(Section.withFile(keys(), Duration.ofDays(30)));
        assertThat(accepted(unsaid)).isNotNull();
        use(Section.withFile(keys(), Duration.ofMinutes(5)));
        assertRefused(day, AuthError.TOKEN_NOT_APPLICABLE, "at most 300 s");
    }

    @Test
    void aDateThatIsNoneIsRefused() {
        assertRefused(changed(claims -> claims.expirationTime(null)), AuthError.TOKEN_NOT_APPLICABLE, "no exp");
        for (Object odd : List.of("tomorrow", -1, Long.MAX_VALUE, 1e300, List.of(), Map.of())) {
            assertRefused(
                    changed(claims -> claims.claim("exp", odd)), AuthError.TOKEN_NOT_APPLICABLE, "exp is no date");
        }
    }

    @Test
    void thePrincipalIsAName() {
        for (String odd : List.of("", " ", "a b", "line\nbreak", "-x", "\u202ealice", "x".repeat(129))) {
            assertRefused(changed(claims -> claims.subject(odd)), AuthError.TOKEN_NOT_APPLICABLE, "sub");
        }
        assertThat(accepted(changed(claims -> claims.subject("auth0|5f1d7c")))
                        .principal()
                        .name())
                .isEqualTo("auth0|5f1d7c");
    }

    @Test
    void rightsAreThoseOfTheClaimsThatAreNamed() throws Exception {
        RightsClaims named =
                new RightsClaims("scope", "/culvert/ports", "/culvert/names", null, null, null, null, null, null);
        use(Section.withFile(keys(), null, named));
        Map<String, Object> some = Map.of("ports", List.of(8080, "7000-7999"), "names", List.of("web*"));

        Verdict.Accepted accepted =
                accepted(changed(claims -> claims.claim("scope", "tcp udp").claim("culvert", some)));

        assertThat(accepted.principal().rights().types()).containsExactlyInAnyOrder("tcp", "udp");
        assertThat(accepted.principal().rights().ports())
                .containsExactly(new PortRange(8080, 8080), new PortRange(7000, 7999));
        assertThat(accepted.principal().rights().names()).containsExactly("web*");
        // A right that the token does not give is no right to everything.
        assertRefused(changed(claims -> claims.claim("scope", "tcp")), AuthError.TOKEN_NOT_APPLICABLE, "no rights");
        assertRefused(
                changed(claims -> claims.claim("scope", " ").claim("culvert", some)),
                AuthError.TOKEN_NOT_APPLICABLE,
                "no rights");
        assertRefused(
                changed(claims -> claims.claim("scope", "tcp")
                        .claim("culvert", Map.of("ports", List.of(), "names", List.of("web")))),
                AuthError.TOKEN_NOT_APPLICABLE,
                "no rights");
        assertRefused(
                changed(claims -> claims.claim("scope", "tcp")
                        .claim("culvert", Map.of("ports", List.of("all"), "names", List.of("web")))),
                AuthError.TOKEN_NOT_APPLICABLE,
                "ports");
    }

    @Test
    void claimsLimitWhateverAFileCan() throws Exception {
        RightsClaims named =
                new RightsClaims(null, null, null, "hosts", "sessions", "tunnels", "streams", "bandwidth", "sources");
        use(Section.withFile(keys(), null, named));
        Map<String, Object> good = Map.of(
                "sessions",
                2,
                "hosts",
                List.of("*.example.com"),
                "tunnels",
                4,
                "streams",
                "200",
                "bandwidth",
                "1MiB",
                "sources",
                List.of("127.0.0.0/8", "::1"));

        Rights rights = accepted(with(good, Map.of())).principal().rights();

        assertThat(rights)
                .isEqualTo(Rights.ALL
                        .withHosts(List.of("*.example.com"))
                        .withSessions(2)
                        .withTunnels(4)
                        .withStreams(200)
                        .withBandwidth(DataSize.ofMebibytes(1))
                        .withSources(List.of(SourceNetwork.parse("127.0.0.0/8"), SourceNetwork.parse("::1"))));
        Map<String, List<Object>> odd = Map.of(
                "hosts", List.of("a*b", List.of(), Map.of(), true),
                "sessions", List.of(0, "few"),
                "tunnels", List.of(0, -1, 1.5, "many", List.of(1, 2), 99_999_999_999L),
                "streams", List.of(0, "", List.of()),
                "bandwidth", List.of("fast", 1, List.of("1MiB", "2MiB")),
                "sources", List.of("10.0.0.1/8", "localhost", "line\nbreak"));
        odd.forEach((claim, values) -> values.forEach(value ->
                assertRefused(with(good, Map.of(claim, value)), AuthError.TOKEN_NOT_APPLICABLE, "its claim " + claim)));
        good.keySet()
                .forEach(claim -> assertRefused(
                        changed(claims -> good.forEach((name, value) -> {
                            if (!name.equals(claim)) {
                                claims.claim(name, value);
                            }
                        })),
                        AuthError.TOKEN_NOT_APPLICABLE,
                        "its claim " + claim + " gives no rights"));
    }

    private String with(Map<String, Object> claimed, Map<String, Object> instead) {
        return changed(claims -> {
            claimed.forEach(claims::claim);
            instead.forEach(claims::claim);
        });
    }

    @Test
    void aSharedSecretIsOnlyForTheTokensMadeWithIt() {
        use(Section.withSecret("0123456789abcdef0123456789abcdef", null));

        assertRefused(ISSUER.token(clock.instant()), AuthError.TOKEN_MALFORMED, "RS256");
    }

    @Test
    void sectionsThatMixFamiliesAreRefused() throws Exception {
        String path = keys();
        String secret = "0123456789abcdef0123456789abcdef";
        for (JwtAuthenticatorFactory section : List.of(
                Section.withFile(path, List.of("RS256", "ES256"), null),
                Section.withFile(path, List.of("RS256", "PS256"), null),
                Section.withFile(path, List.of("HS256"), null),
                Section.withSecret(secret, List.of("RS256")),
                Section.withSecret(secret, List.of("HS256", "RS256")))) {
            assertThatThrownBy(() -> use(section)).isInstanceOf(CulvertException.class);
        }
        assertThatThrownBy(() -> Section.withSecret("0123456789abcdef0123456789abcde", null))
                .hasMessageContaining("31 bytes");
        for (String url :
                List.of("http://issuer.example/keys", "file:///etc/passwd", "https://u:p@issuer.example/", "keys")) {
            assertThatThrownBy(() -> Section.withUrl(url)).as(url).hasMessageContaining("https");
        }
    }

    @Test
    void aConnectionThatOthersReadIsOfferedNothing() {
        AuthenticationContext readable = new AuthenticationContext(PRIVATE.peer(), null, Map.of(), false);
        JwtCredential credential = new JwtCredential(
                new FixedToken(dev.culvert.spi.Secret.of("a.b.c"), clock), clock, context.scheduler());

        assertThat(authenticator.mechanisms(readable)).isEmpty();
        assertThatThrownBy(() -> authenticator.begin(BearerMessage.MECHANISM, readable))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.TRANSPORT_NOT_PRIVATE));
        assertThatThrownBy(() -> credential.choose(List.of(BearerMessage.MECHANISM), readable))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.TRANSPORT_NOT_PRIVATE));
    }

    @Test
    void theClientHearsOneSentenceForAllOfThem() {
        String good = ISSUER.token(clock.instant());
        List<String> bad = List.of(
                "x".repeat(9000),
                part("{\"alg\":\"none\"}") + "." + good.split("\\.")[1] + ".",
                changed(claims -> claims.issuer("https://other.example")),
                changed(claims -> claims.audience("other")),
                changed(claims -> claims.subject("")),
                new Issuer("one").token(clock.instant()),
                new Issuer("two").token(clock.instant()));

        assertThat(bad.stream().map(token -> refusal(token).getMessage()).distinct())
                .hasSize(1);
    }

    @Test
    void anyBytesAreAcceptedOrRefusedCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = new BearerMessage(ISSUER.token(clock.instant())).format();
        for (int i = 0; i < 20_000; i++) {
            byte[] message = mutated(good, random);

            Throwable failure = catchThrowable(() -> said(message));

            assertThat(failure)
                    .as("seed %d, try %d", seed, i)
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            refused -> assertThat(refused)
                                    .isInstanceOfSatisfying(
                                            CulvertException.class,
                                            e -> assertThat(e.code()).isInstanceOf(AuthError.class)));
        }
    }

    /** What a parser of JSON or of dates finds behind a good signature is somebody's too. */
    @Test
    void anyClaimsAreAcceptedOrRefusedCleanly() throws Exception {
        use(Section.withSecret("0123456789abcdef0123456789abcdef", null));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = ("{\"iss\":\"" + Issuer.NAME + "\",\"aud\":[\"culvert\"],\"sub\":\"alice\",\"exp\":"
                        + clock.instant().plusSeconds(60).getEpochSecond() + "}")
                .getBytes(UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("0123456789abcdef0123456789abcdef".getBytes(UTF_8), "HmacSHA256"));
        int taken = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] claims = i == 0 ? good : mutated(good, random);
            String signed = part("{\"alg\":\"HS256\"}") + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(claims);
            String token = signed + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));

            Throwable failure = catchThrowable(() -> said(new BearerMessage(token).format()));

            taken += failure == null ? 1 : 0;
            if (failure != null) {
                assertThat(failure)
                        .as("seed %d, try %d", seed, i)
                        .isInstanceOfSatisfying(
                                CulvertException.class,
                                e -> assertThat(e.code()).isInstanceOf(AuthError.class));
            }
        }
        assertThat(taken).isPositive();
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] message = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> message = java.util.Arrays.copyOf(message, random.nextInt(message.length));
            case 1 -> {
                message = new byte[random.nextInt(300)];
                random.nextBytes(message);
            }
            default -> {
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                    message[random.nextInt(message.length)] = (byte) random.nextInt(256);
                }
            }
        }
        return message;
    }

    private String changed(Consumer<JWTClaimsSet.Builder> change) {
        return ISSUER.token(clock.instant(), change);
    }

    private static String header(String more) {
        return part("{\"alg\":\"RS256\"," + more + "}");
    }

    private static String part(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private Verdict.Accepted accepted(String token) {
        return (Verdict.Accepted) said(new BearerMessage(token).format());
    }

    private Verdict said(byte[] message) {
        try {
            Verdict verdict = authenticator
                    .begin(BearerMessage.MECHANISM, PRIVATE)
                    .next(message)
                    .toCompletableFuture()
                    .join();
            if (verdict instanceof Verdict.NotMine stranger) {
                throw stranger.reason();
            }
            return verdict;
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private CulvertException refusalOrNull(String token) {
        return (CulvertException) catchThrowable(() -> accepted(token));
    }

    private CulvertException refusal(String token) {
        CulvertException refusal = refusalOrNull(token);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    /** The client hears one sentence, and the operator the reason. */
    private void assertRefused(String token, AuthError reason, String why) {
        CulvertException refusal = refusal(token);

        assertThat(refusal.code()).isEqualTo(AuthError.CREDENTIAL_REJECTED);
        assertThat(reason(refusal).code()).as(why).isEqualTo(reason);
        assertThat(reason(refusal).detail()).contains(why);
        List<String> shown =
                new ArrayList<>(List.of(refusal.getMessage(), reason(refusal).getMessage()));
        assertThat(shown).noneMatch(text -> text.contains(token));
    }

    private static CulvertException reason(CulvertException refusal) {
        return (CulvertException) refusal.getCause();
    }
}
