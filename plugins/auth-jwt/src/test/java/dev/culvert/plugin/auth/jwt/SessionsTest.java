package dev.culvert.plugin.auth.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.TestPluginContext;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a token holds a session. */
final class SessionsTest {

    private static final Issuer ISSUER = new Issuer("one");

    private final MovableClock clock = new MovableClock();

    @TempDir
    private Path directory;

    private TestPluginContext context;
    private Authenticator authenticator;
    private Authenticator.Exchange exchange;

    @BeforeEach
    void build() throws Exception {
        context = new TestPluginContext(Role.SERVER, directory);
        Path keys = Files.writeString(directory.resolve("keys.json"), ISSUER.keys());
        authenticator = Section.withFile(keys.toString()).build(context, clock, new Http(Duration.ofSeconds(1)));
        exchange = authenticator.begin(
                BearerMessage.MECHANISM,
                new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, Map.of(), true));
    }

    @AfterEach
    void release() {
        authenticator.close();
        context.close();
    }

    @Test
    void aSessionEndsWithItsToken() throws Exception {
        Verdict.Accepted session = login();

        clock.move(Duration.ofSeconds(629));
        Awaitility.await().during(Duration.ofMillis(1500)).until(() -> !isOver(session));
        clock.move(Duration.ofSeconds(1));

        assertThat(await(session.revoked()).code()).isEqualTo(AuthError.CREDENTIAL_EXPIRED);
    }

    @Test
    void aNewerTokenKeepsASession() throws Exception {
        Verdict.Accepted session = login();
        clock.move(Duration.ofSeconds(500));

        await(exchange.renew(message(ISSUER.token(clock.instant()))));
        clock.move(Duration.ofSeconds(500));

        Awaitility.await().during(Duration.ofMillis(1500)).until(() -> !isOver(session));
        clock.move(Duration.ofSeconds(130));
        assertThat(await(session.revoked()).code()).isEqualTo(AuthError.CREDENTIAL_EXPIRED);
    }

    @Test
    void anotherPrincipalsTokenKeepsNothing() throws Exception {
        Verdict.Accepted session = login();
        String mallory = ISSUER.token(
                clock.instant(),
                claims -> claims.subject("mallory")
                        .expirationTime(Date.from(clock.instant().plusSeconds(6000))));

        assertThatThrownBy(() -> await(exchange.renew(message(mallory))))
                .cause()
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.CREDENTIAL_REJECTED));
        clock.move(Duration.ofSeconds(630));
        assertThat(await(session.revoked()).code()).isEqualTo(AuthError.CREDENTIAL_EXPIRED);
    }

    @Test
    void aBadTokenKeepsNothingAndAnOldOneTakesNothingAway() throws Exception {
        Verdict.Accepted session = login();

        assertThatThrownBy(() -> await(exchange.renew(message(new Issuer("one").token(clock.instant())))))
                .hasCauseInstanceOf(CulvertException.class);
        assertThatThrownBy(() -> await(exchange.renew(new byte[0]))).hasCauseInstanceOf(CulvertException.class);
        await(exchange.renew(message(ISSUER.token(
                clock.instant(),
                claims -> claims.expirationTime(Date.from(clock.instant().plusSeconds(60)))))));
        clock.move(Duration.ofSeconds(300));

        Awaitility.await().during(Duration.ofMillis(1500)).until(() -> !isOver(session));
    }

    @Test
    void keysOfAFileAreReadAgain() throws Exception {
        Issuer next = new Issuer("two");
        Files.writeString(directory.resolve("keys.json"), "half a file");
        Files.writeString(directory.resolve("keys.json"), ISSUER.keys(next));

        Awaitility.await()
                .ignoreExceptions()
                .until(() -> begun().next(message(next.token(clock.instant())))
                                .toCompletableFuture()
                                .get(10, TimeUnit.SECONDS)
                        instanceof Verdict.Accepted);
        assertThat(login()).isNotNull();
    }

    private Authenticator.Exchange begun() {
        return authenticator.begin(
                BearerMessage.MECHANISM,
                new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, Map.of(), true));
    }

    private Verdict.Accepted login() throws Exception {
        return (Verdict.Accepted) await(exchange.next(message(ISSUER.token(clock.instant()))));
    }

    private static byte[] message(String token) {
        return new BearerMessage(token).format();
    }

    private static boolean isOver(Verdict.Accepted session) {
        return session.revoked().toCompletableFuture().isDone();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
