package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Secret;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a client's token comes from. */
final class TokenSourcesTest {

    private final MovableClock clock = new MovableClock();
    private final ExecutorService blocking = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    @TempDir
    private Path directory;

    @AfterEach
    void end() {
        blocking.shutdownNow();
        scheduler.shutdownNow();
    }

    @Test
    void aFileIsReadForEveryLogin() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "one.two.three\n");
        TokenSource source = new TokenInFile(file, clock, blocking);

        assertThat(text(source)).isEqualTo("one.two.three");
        Files.writeString(file, "four.five.six");
        assertThat(text(source)).isEqualTo("four.five.six");
        for (String bad : List.of("", "two lines\nof it", "x".repeat(9000))) {
            Files.writeString(file, bad);
            assertMissing(source, AuthError.CREDENTIAL_MISSING);
        }
        Files.delete(file);
        assertMissing(source, AuthError.CREDENTIAL_MISSING);
    }

    @Test
    void aFileThatChangesIsARenewal() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "one.two.three");
        BearerProof proof = new BearerProof(new TokenInFile(file, clock, blocking), clock, scheduler);
        await(proof.first());

        CompletionStage<byte[]> renewal = proof.renewal();
        Files.writeString(file, "four.five.six");

        assertThat(BearerMessage.parse(await(renewal)).token()).isEqualTo("four.five.six");
        CompletionStage<byte[]> next = proof.renewal();
        next.toCompletableFuture().cancel(false);
        assertThat(next.toCompletableFuture()).isCancelled();
    }

    @Test
    void aCommandRunsWithoutAShell() throws Exception {
        assertThat(text(command("echo", "a.b.c"))).isEqualTo("a.b.c");
        assertMissing(command("echo", "$(id)"), AuthError.CREDENTIAL_MISSING);
        assertMissing(command("false"), AuthError.KEY_SOURCE_UNREACHABLE);
        assertMissing(command("/no/such/program"), AuthError.KEY_SOURCE_UNREACHABLE);
        assertMissing(command("yes"), AuthError.KEY_SOURCE_UNREACHABLE, AuthError.CREDENTIAL_MISSING);
    }

    @Test
    void aCommandThatHangsIsEnded() {
        TokenSource source = new TokenCommand(List.of("sleep", "600"), Duration.ofMillis(300), clock, blocking);

        assertMissing(source, AuthError.KEY_SOURCE_UNREACHABLE);
    }

    @Test
    void anEndpointIsAskedOnceUntilMostOfTheTimeIsOver() throws Exception {
        try (Stub stub = new Stub(Stub.saying(200, "{\"access_token\":\"a.b.c\",\"expires_in\":100}"))) {
            TokenEndpoint source = endpoint(stub);

            assertThat(text(source)).isEqualTo("a.b.c");
            clock.move(Duration.ofSeconds(74));
            text(source);
            assertThat(stub.requests).hasSize(1);
            clock.move(Duration.ofSeconds(2));
            text(source);
            assertThat(stub.requests).hasSize(2);

            String basic = Base64.getEncoder().encodeToString("an+id:s%26cret".getBytes(UTF_8));
            assertThat(stub.requests.get(0))
                    .isEqualTo("POST Basic " + basic + " grant_type=client_credentials&scope=a+b");
        }
    }

    @Test
    void anEndpointThatGivesNoTokenIsNamedAndItsAnswerIsNot() throws Exception {
        for (Stub.Behaviour refusal : List.of(
                Stub.saying(401, "{\"error\":\"invalid_client\",\"secret\":\"hush-hush\"}"),
                Stub.saying(200, "hush-hush"),
                Stub.saying(200, "{\"access_token\":7}"),
                Stub.saying(200, "{\"access_token\":\"" + "x".repeat(100_000) + "\"}"),
                Stub.saying(302, ""),
                Stub.hanging())) {
            try (Stub stub = new Stub(refusal)) {
                assertThatThrownBy(() -> text(endpoint(stub)))
                        .hasMessageNotContaining("hush")
                        .cause()
                        .isInstanceOfSatisfying(CulvertException.class, e -> {
                            assertThat(e.code()).isEqualTo(AuthError.KEY_SOURCE_UNREACHABLE);
                            assertThat(e.getMessage()).contains(stub.url()).doesNotContain("s&cret", "hush");
                        });
            }
        }
    }

    @Test
    void nothingPrintsAToken() {
        InstantSource now = InstantSource.system();

        assertThat(HeldToken.of("a.b.c", now.instant()).toString()).doesNotContain("a.b.c");
        assertThat(new BearerMessage("a.b.c").toString()).doesNotContain("a.b.c");
        assertThat(new JwtCredentialFactory(Secret.of("a.b.c"), null, null, null, null, null, null, null, null)
                        .toString())
                .doesNotContain("a.b.c");
    }

    @Test
    void sectionsWithoutOrWithSeveralSourcesAreRefused() {
        assertThatThrownBy(() -> new JwtCredentialFactory(null, null, null, null, null, null, null, null, null))
                .hasMessageContaining("exactly one");
        assertThatThrownBy(() ->
                        new JwtCredentialFactory(Secret.of("a"), "file", null, null, null, null, null, null, null))
                .hasMessageContaining("exactly one");
        assertThatThrownBy(() -> new JwtCredentialFactory(
                        null, null, null, "http://issuer.example/token", "a", Secret.of("b"), null, null, null))
                .hasMessageContaining("https");
        assertThatThrownBy(() -> new JwtCredentialFactory(
                        null, null, null, "https://issuer.example/token", null, null, null, null, null))
                .hasMessageContaining("client_id");
    }

    private TokenEndpoint endpoint(Stub stub) {
        return new TokenEndpoint(
                URI.create(stub.url()),
                "an id",
                Secret.of("s&cret"),
                Map.of("scope", "a b"),
                clock,
                new Http(Duration.ofSeconds(2)));
    }

    private TokenSource command(String... command) {
        return new TokenCommand(List.of(command), Duration.ofSeconds(20), clock, blocking);
    }

    private static String text(TokenSource source) throws Exception {
        return await(source.token()).text();
    }

    private static void assertMissing(TokenSource source, AuthError... codes) {
        assertThatThrownBy(() -> text(source))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isIn((Object[]) codes));
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
