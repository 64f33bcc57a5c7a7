package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.Secret;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BasicAuthFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return section(null, 10_000);
    }

    @Override
    protected Map<String, String> passing() {
        return Map.of("authorization", basic("alice:open sesame"));
    }

    @Override
    protected List<Map<String, String>> refused() {
        return List.of(
                Map.of(),
                Map.of("authorization", basic("alice:open sesamE")),
                Map.of("authorization", basic("alice:")),
                Map.of("authorization", basic("bob:open sesame")),
                Map.of("authorization", basic("alice")),
                Map.of("authorization", "Basic"),
                Map.of("authorization", "Basic !!!"),
                Map.of(
                        "authorization",
                        "Bearer " + passing().get("authorization").substring(6)));
    }

    @Override
    protected List<String> looksAt() {
        return List.of("authorization");
    }

    @Test
    void whoBringsNothingIsAsked() {
        try (HttpKit kit = HttpKit.with(filter())) {
            var answer = kit.get("/");

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("www-authenticate"))
                    .contains("Basic realm=\"culvert\", charset=\"UTF-8\"");
            assertThat(answer.body()).startsWith(FilterError.PASSWORD_REJECTED.code());
        }
    }

    @Test
    void theServiceSeesWhoItIsAndNotThePassword() {
        try (HttpKit kit = HttpKit.with(section("X-User", 10))) {
            kit.get("/", "authorization", basic("alice:open sesame"), "x-user", "root");

            assertThat(kit.served()).singleElement().satisfies(request -> {
                assertThat(request.values("authorization")).isEmpty();
                assertThat(request.values("x-user")).containsExactly("alice");
            });
        }
    }

    @Test
    void twoPasswordsAreNone() {
        try (HttpKit kit = HttpKit.with(filter())) {
            String good = basic("alice:open sesame");

            assertThat(kit.get("/", "authorization", good, "authorization", good)
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void whoFailsTooOftenWaitsAndOthersDoNot() {
        try (HttpKit kit = HttpKit.with(section(null, 3))) {
            assertThat(kit.get("/", "authorization", basic("alice:open sesame")).statusCode())
                    .isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                assertThat(kit.get("/", "authorization", basic("alice:guess " + i))
                                .statusCode())
                        .isEqualTo(401);
            }

            var refused = kit.get("/", "authorization", basic("alice:guess 4"));

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            // Somebody else behind the same address, who was right a moment ago.
            assertThat(kit.get("/", "authorization", basic("alice:open sesame")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anotherAlphabetWorks() {
        HttpFilterFactory section = new BasicAuthFilterFactory(
                List.of(new BasicUser("Zoë", Secret.of("пароль"), null)), null, null, "x-user", null);
        try (HttpKit kit = HttpKit.with(section)) {
            assertThat(kit.get("/", "authorization", basic("Zoë:пароль")).statusCode())
                    .isEqualTo(200);
            assertThat(kit.served().get(0).values("x-user")).containsExactly("Zo%C3%AB");
        }
    }

    @Test
    void aVerifierOfAnotherProgramIsTaken() {
        // python3: hashlib.pbkdf2_hmac("sha256", b"open sesame", b"0123456789abcdef", 20000)
        Verifier verifier = Verifier.parse("$pbkdf2-sha256$i=20000$MDEyMzQ1Njc4OWFiY2RlZg$" + PYTHONS_HASH);

        assertThat(verifier.matches("open sesame")).isTrue();
        assertThat(verifier.matches("open sesamf")).isFalse();
        assertThat(verifier).hasToString("****");
        assertThat(Verifier.parse(verifier.text())).isEqualTo(verifier);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "open sesame",
                "$2y$10$abcdefghijklmnopqrstuv",
                "$pbkdf2-sha256$i=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "$pbkdf2-sha256$i=9999999$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "$pbkdf2-sha256$i=20000$MDEy$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "$pbkdf2-sha256$i=20000$MDEyMzQ1Njc4OWFiY2RlZg$AAAA"
            })
    void whatIsNoVerifierIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> Verifier.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(
                        e -> assertThat(text.isEmpty() ? "-" : e.getMessage()).doesNotContain("sesame"));
    }

    @Test
    void aPasswordLeavesTheMachineAsAVerifierOnly() {
        BasicAuthFilterFactory section = new BasicAuthFilterFactory(
                List.of(new BasicUser("alice", Secret.of("open sesame"), null)), null, null, null, null);

        BasicAuthFilterFactory sent = (BasicAuthFilterFactory) section.sent();

        assertThat(sent.users()).singleElement().satisfies(user -> {
            assertThat(user.password()).isNull();
            assertThat(user.verifier())
                    .satisfies(verifier ->
                            assertThat(verifier.matches("open sesame")).isTrue());
        });
        assertThat(sent).isEqualTo(section.sent());
    }

    @Test
    void usersAreSaidOnceAndWithOneProof() {
        BasicUser alice = new BasicUser("alice", Secret.of("open sesame"), null);

        assertThatThrownBy(() -> new BasicUser("alice", null, null)).hasMessageContaining("password or verifier");
        assertThatThrownBy(() -> new BasicAuthFilterFactory(List.of(alice, alice), null, null, null, null))
                .hasMessageContaining("twice");
        assertThat(alice.toString()).doesNotContain("sesame");
    }

    private static final String PYTHONS_HASH = "VjSZNeKzE2ZxVnTzJY1ubrgJfRlixlGjlmoxjaXfFzw";

    private static HttpFilterFactory section(String userHeader, int maxFailures) {
        return new BasicAuthFilterFactory(
                List.of(new BasicUser("alice", null, Verifier.of("culvert", "alice", "open sesame", 10_000))),
                null,
                null,
                userHeader,
                maxFailures);
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }
}
