package dev.culvert.plugin.auth.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys at a URL whose host is away, hangs, lies or is asked too often. */
final class KeyUrlTest {

    private static final Issuer OLD = new Issuer("old");
    private static final Issuer NEW = new Issuer("new");

    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final MovableClock clock = new MovableClock();
    private final Stub stub = new Stub(Stub.saying(200, OLD.keys()));
    private final KeyUrl keys =
            new KeyUrl(URI.create(stub.url()), SignatureFamily.RSA, Duration.ofHours(24), clock, new Http(DEADLINE));

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void aKeyIsFetchedOnceForAll() throws Exception {
        List<CompletionStage<List<JWK>>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(keys.find("old"));
        }
        for (CompletionStage<List<JWK>> one : asked) {
            assertThat(await(one)).hasSize(1);
        }

        assertThat(stub.requests).hasSize(1);
    }

    @Test
    void aFloodOfUnknownKeysCausesFewRequests() throws Exception {
        await(keys.find("old"));
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 50; i++) {
                assertThat(await(keys.find("made-up-" + second + "-" + i))).isEmpty();
            }
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(stub.requests).hasSizeLessThanOrEqualTo(7);
        assertThat(await(keys.find("old"))).hasSize(1);
    }

    @Test
    void aNewKeyIsFoundWhenItIsFirstUsedAndTheOldOneStaysWhileItIsListed() throws Exception {
        await(keys.find("old"));
        stub.behaviour = Stub.saying(200, NEW.keys(OLD));
        clock.move(KeyUrl.PAUSE);

        assertThat(await(keys.find("new"))).hasSize(1);
        assertThat(await(keys.find("old"))).hasSize(1);
        stub.behaviour = Stub.saying(200, NEW.keys());
        clock.move(KeyUrl.REFRESH);
        keys.look();
        Awaitility.await()
                .untilAsserted(() -> assertThat(await(keys.find("old"))).isEmpty());
        assertThat(await(keys.find("new"))).hasSize(1);
    }

    @Test
    void theLastKeysOutliveAnOutageForADay() throws Exception {
        await(keys.find("old"));
        for (Stub.Behaviour outage : List.of(
                Stub.saying(500, ""),
                Stub.saying(200, "no keys"),
                Stub.saying(200, "{\"keys\":[]}"),
                Stub.saying(302, ""),
                Stub.saying(200, "[".repeat(100_000)),
                Stub.saying(200, "x".repeat(KeySet.MOST_BYTES + 1)))) {
            stub.behaviour = outage;
            clock.move(KeyUrl.REFRESH);
            int before = stub.requests.size();
            keys.look();
            Awaitility.await().until(() -> stub.requests.size() > before);

            assertThat(await(keys.find("gone"))).isEmpty();
            assertThat(await(keys.find("old"))).hasSize(1);
        }
        clock.move(Duration.ofHours(24));

        assertThatThrownBy(() -> await(keys.find("old"))).hasCauseInstanceOf(CulvertException.class);
    }

    @Test
    void aHostThatHangsDelaysNobodyWhoseKeyIsKnown() throws Exception {
        await(keys.find("old"));
        stub.behaviour = Stub.hanging();
        clock.move(KeyUrl.REFRESH);
        keys.look();
        CompletionStage<List<JWK>> unknown = keys.find("unknown");

        assertThat(keys.find("old").toCompletableFuture()).isDone();
        assertThat(await(unknown)).isEmpty(); // once the deadline has passed
    }

    @Test
    void withoutAnyKeysTheSourceIsNamed() {
        stub.behaviour = Stub.hanging();

        assertThatThrownBy(() -> await(keys.find("old")))
                .cause()
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.KEY_SOURCE_UNREACHABLE));
    }

    @Test
    void privateKeysAndSecretsOfADocumentAreNotKept() throws Exception {
        stub.behaviour = Stub.saying(200, OLD.privateKeys());

        assertThat(await(keys.find("old"))).noneMatch(JWK::isPrivate);
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
