package dev.culvert.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Authenticator} and its {@link Credential} promise. A plugin extends this class, supplies the
 * samples, and says what it can do; both answers are tested.
 */
public abstract class AuthenticatorTck {

    private static final Duration SOON = Duration.ofSeconds(5);

    private static final int LARGE = 64 * 1024;

    private Authenticator authenticator;
    private final List<Credential> credentials = new ArrayList<>();

    /** A new authenticator that knows {@link #goodCredential}. */
    protected abstract Authenticator authenticator();

    /** A credential that the authenticator accepts. */
    protected abstract Credential goodCredential();

    /** A credential with the name of the good one and another secret. */
    protected abstract Credential badCredential();

    /** A credential with a name that the authenticator does not know. */
    protected abstract Credential unknownCredential();

    /** Every secret in the samples, the good one's first; none of them may be seen anywhere. */
    protected abstract List<String> secrets();

    /** Takes the good credential away from the running authenticator; empty if nothing can. */
    protected Optional<Runnable> revocation() {
        return Optional.empty();
    }

    /** Whether the secret stays at home, so that neither a listener nor a false server learns what it could use. */
    protected boolean keepsTheSecretAtHome() {
        return true;
    }

    /** Whether a login is good for the connection it was made on alone, where the transport has a channel binding. */
    protected boolean bindsToTheChannel() {
        return true;
    }

    /** What both ends know of the connection. */
    protected AuthenticationContext context() {
        return contextWith(Map.of());
    }

    @BeforeEach
    final void build() {
        authenticator = authenticator();
    }

    @AfterEach
    final void release() {
        credentials.forEach(Credential::close);
        authenticator.close();
    }

    @Test
    final void acceptsAGoodCredential() {
        Verdict.Accepted accepted = good().login();

        assertThat(accepted.principal().name()).isNotBlank();
        assertThat(accepted.revoked().toCompletableFuture()).isNotDone();
    }

    @Test
    final void mechanismsAreOffered() {
        List<String> offered = authenticator.mechanisms(context());

        assertThat(offered).isNotEmpty().doesNotHaveDuplicates();
        assertThat(opened(goodCredential()).choose(offered, context())).get().isIn(offered);
    }

    @Test
    final void aMechanismThatWasNotOfferedIsRefused() {
        assertRefused(() -> Conversation.await(
                authenticator.begin("X-UNHEARD-OF", context()).next(new byte[] {1})));
    }

    @Test
    final void aCredentialThatFitsNoMechanismChoosesNone() {
        assertThat(opened(goodCredential()).choose(List.of("X-UNHEARD-OF"), context()))
                .isEmpty();
    }

    @Test
    final void rejectsABadCredentialWithACode() {
        assertRefused(() -> with(badCredential()).login());
    }

    @Test
    final void rejectsAnUnknownNameTheSameWay() {
        Conversation bad = with(badCredential());
        Conversation unknown = with(unknownCredential());

        CulvertException refusedBad = catchThrowableOfType(CulvertException.class, bad::login);
        CulvertException refusedUnknown = catchThrowableOfType(CulvertException.class, unknown::login);

        assertThat(refusedUnknown).hasMessage(refusedBad.getMessage());
        assertThat(sizes(unknown.fromServer())).isEqualTo(sizes(bad.fromServer()));
    }

    @Test
    final void aGoodCredentialStillWorksAfterABadOne() {
        assertRefused(() -> with(badCredential()).login());

        assertThat(good().login()).isNotNull();
    }

    @Test
    final void rejectsAnEmptyMessage() {
        assertRefused(() -> Conversation.await(begin().next(new byte[0])));
    }

    @Test
    final void rejectsALargeMessageInEveryRound() {
        int rounds = rounds();
        for (int round = 0; round < rounds; round++) {
            int large = round;
            AtomicInteger at = new AtomicInteger();

            assertRefused(() -> good().login(message -> at.getAndIncrement() == large ? new byte[LARGE] : message));
        }
    }

    @Test
    final void anyBytesAreRefusedCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int rounds = rounds();
        Credential credential = opened(goodCredential());
        for (int i = 0; i < 2_000; i++) {
            int changed = random.nextInt(rounds);
            boolean flip = random.nextBoolean();
            AtomicInteger at = new AtomicInteger();
            AtomicReference<byte[]> sent = new AtomicReference<>(new byte[0]);

            Throwable refusal = catchThrowableOfType(
                    Throwable.class,
                    () -> new Conversation(authenticator, credential, context()).login(message -> {
                        if (at.getAndIncrement() != changed) {
                            return message;
                        }
                        sent.set(flip ? flipped(message, random) : noise(random));
                        return sent.get();
                    }));

            if (refusal == null && !keepsTheSecretAtHome()) {
                // What surrounds a bearer's secret may have other spellings, such as the scheme's in other case.
                assertThat(new String(sent.get(), UTF_8))
                        .as("seed %d, try %d", seed, i)
                        .contains(secrets().get(0));
                continue;
            }
            assertThat(refusal)
                    .as("seed %d, try %d, message %d", seed, i, changed)
                    .isInstanceOfSatisfying(
                            CulvertException.class, e -> assertThat(e.code()).isInstanceOf(AuthError.class));
        }
    }

    @Test
    final void aConversationEndsWithItsRefusal() {
        Authenticator.Exchange exchange = begin();
        assertRefused(() -> Conversation.await(exchange.next(new byte[0])));

        assertRefused(() -> again(exchange).login());
    }

    @Test
    final void aConversationEndsWithItsAcceptance() {
        Authenticator.Exchange exchange = begin();
        again(exchange).login();

        assertRefused(() -> again(exchange).login());
    }

    @Test
    final void aReplayedConversationIsRefused() {
        Assumptions.assumeTrue(keepsTheSecretAtHome(), "a bearer's credential can be played again by its nature");
        Conversation recorded = good();
        recorded.login();

        assertRefused(() -> replay(begin(), recorded.fromClient()));
    }

    @Test
    final void theServerProvesItself() {
        Assumptions.assumeTrue(keepsTheSecretAtHome(), "the server of a bearer has nothing to prove itself with");
        Conversation earlier = good();
        byte[] lastWord = earlier.login().message();

        for (byte[] claim : List.of(new byte[0], lastWord, flipped(lastWord, new Random(1)), new byte[LARGE])) {
            Credential.Proof proof = proofBeforeItsEnd();
            assertThatThrownBy(() -> Conversation.await(proof.finish(claim)))
                    .isInstanceOfSatisfying(
                            CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.SERVER_NOT_PROVEN));
        }
    }

    @Test
    final void aServerThatSkipsTheProofIsRefused() {
        Assumptions.assumeTrue(keepsTheSecretAtHome(), "the server of a bearer has nothing to prove itself with");
        Credential credential = opened(goodCredential());
        Credential.Proof proof = credential.begin(mechanism(credential), context());
        Conversation.await(proof.first());

        assertRefused(() -> Conversation.await(proof.finish(new byte[0])));
    }

    @Test
    final void anyChallengeIsAnsweredOrRefusedCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Credential credential = opened(goodCredential());
        for (int i = 0; i < 2_000; i++) {
            Credential.Proof proof = credential.begin(mechanism(credential), context());
            Conversation.await(proof.first());
            Throwable refusal =
                    catchThrowableOfType(Throwable.class, () -> Conversation.await(proof.answer(noise(random))));
            if (refusal != null) {
                assertThat(refusal)
                        .as("seed %d, try %d", seed, i)
                        .isInstanceOfSatisfying(
                                CulvertException.class,
                                e -> assertThat(e.code()).isInstanceOf(AuthError.class));
            }
        }
    }

    @Test
    final void keepsTheCredentialOutOfItsMessages() {
        Conversation accepted = good();
        accepted.login();
        StringBuilder seen = new StringBuilder();
        for (Credential refused : List.of(badCredential(), unknownCredential())) {
            Conversation conversation = with(refused);
            CulvertException refusal = catchThrowableOfType(CulvertException.class, conversation::login);
            StringWriter trace = new StringWriter();
            refusal.printStackTrace(new PrintWriter(trace, true));
            seen.append(trace).append(refused);
            conversation.fromServer().forEach(message -> seen.append(new String(message, UTF_8)));
        }
        seen.append(authenticator).append(goodCredential());
        accepted.fromServer().forEach(message -> seen.append(new String(message, UTF_8)));
        if (keepsTheSecretAtHome()) {
            accepted.fromClient().forEach(message -> seen.append(new String(message, UTF_8)));
        }

        assertThat(secrets()).isNotEmpty();
        for (String secret : secrets()) {
            byte[] bytes = secret.getBytes(UTF_8);
            assertThat(seen)
                    .doesNotContain(secret)
                    .doesNotContain(Base64.getEncoder().encodeToString(bytes))
                    .doesNotContain(HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    final void manyClientsLogInAtOnce() throws Exception {
        Credential shared = opened(goodCredential());
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<Verdict.Accepted>> logins = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                logins.add(CompletableFuture.supplyAsync(
                        () -> new Conversation(authenticator, shared, context()).login(), clients));
            }
            for (CompletableFuture<Verdict.Accepted> login : logins) {
                assertThat(login).succeedsWithin(SOON);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    final void aRevokedCredentialEndsItsSessions() {
        Verdict.Accepted first = good().login();
        Verdict.Accepted second = good().login();
        Optional<Runnable> revocation = revocation();
        Assumptions.assumeTrue(revocation.isPresent(), "nothing revokes a credential of this kind");

        revocation.orElseThrow().run();

        for (Verdict.Accepted session : List.of(first, second)) {
            assertThat(session.revoked().toCompletableFuture())
                    .succeedsWithin(SOON)
                    .satisfies(reason -> assertThat(reason.code()).isInstanceOf(AuthError.class));
        }
        assertRefused(() -> good().login());
    }

    @Test
    final void aSessionThatHasEndedIsForgotten() {
        Verdict.Accepted ended = good().login();
        Verdict.Accepted alive = good().login();
        ended.revoked().toCompletableFuture().cancel(false);
        Optional<Runnable> revocation = revocation();
        Assumptions.assumeTrue(revocation.isPresent(), "nothing revokes a credential of this kind");

        revocation.orElseThrow().run();

        assertThat(alive.revoked().toCompletableFuture()).succeedsWithin(SOON);
        assertThat(ended.revoked().toCompletableFuture()).isCancelled();
    }

    @Test
    final void sessionsGoOnWhenTheAuthenticatorIsClosed() {
        Verdict.Accepted session = good().login();

        authenticator.close();

        assertThat(session.revoked().toCompletableFuture()).isNotDone();
    }

    @Test
    final void aLoginIsBoundToItsConnection() {
        AuthenticationContext here = contextWith(Map.of("tls-server-end-point", new byte[] {1, 2, 3}));
        AuthenticationContext elsewhere = contextWith(Map.of("tls-server-end-point", new byte[] {4, 5, 6}));

        assertThat(new Conversation(authenticator, opened(goodCredential()), here).login())
                .isNotNull();
        Conversation relayed = new Conversation(authenticator, opened(goodCredential()), here, elsewhere);
        Conversation stripped = new Conversation(authenticator, opened(goodCredential()), context(), here);
        if (bindsToTheChannel()) {
            assertRefused(relayed::login);
            assertRefused(stripped::login);
        } else {
            assertThat(relayed.login()).isNotNull();
        }
    }

    private Conversation good() {
        return with(goodCredential());
    }

    private Conversation with(Credential credential) {
        return new Conversation(authenticator, opened(credential), context());
    }

    private Credential opened(Credential credential) {
        credentials.add(credential);
        return credential;
    }

    private String mechanism(Credential credential) {
        return credential.choose(authenticator.mechanisms(context()), context()).orElseThrow();
    }

    private Authenticator.Exchange begin() {
        return authenticator.begin(mechanism(opened(goodCredential())), context());
    }

    /** A login in a conversation that has begun already. */
    private Conversation again(Authenticator.Exchange exchange) {
        Authenticator begun = new Authenticator() {
            @Override
            public List<String> mechanisms(AuthenticationContext context) {
                return authenticator.mechanisms(context);
            }

            @Override
            public Exchange begin(String mechanism, AuthenticationContext context) {
                return exchange;
            }
        };
        return new Conversation(begun, opened(goodCredential()), context());
    }

    private int rounds() {
        Conversation conversation = good();
        conversation.login();
        return conversation.fromClient().size();
    }

    /** A login of the good credential that waits for nothing but the server's last word. */
    private Credential.Proof proofBeforeItsEnd() {
        Credential credential = opened(goodCredential());
        String mechanism = mechanism(credential);
        Authenticator.Exchange exchange = authenticator.begin(mechanism, context());
        Credential.Proof proof = credential.begin(mechanism, context());
        Verdict verdict = Conversation.await(exchange.next(Conversation.await(proof.first())));
        while (verdict instanceof Verdict.Challenge challenge) {
            verdict = Conversation.await(exchange.next(Conversation.await(proof.answer(challenge.message()))));
        }
        return proof;
    }

    private static void replay(Authenticator.Exchange exchange, List<byte[]> messages) {
        messages.forEach(message -> Conversation.await(exchange.next(message)));
    }

    private static void assertRefused(ThrowingCallable login) {
        assertThatThrownBy(login)
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isInstanceOf(AuthError.class));
    }

    private static List<Integer> sizes(List<byte[]> messages) {
        return messages.stream().map(message -> message.length).toList();
    }

    private static byte[] flipped(byte[] message, Random random) {
        byte[] result = message.clone();
        result[random.nextInt(result.length)] ^= (byte) (1 << random.nextInt(8));
        return result;
    }

    private static byte[] noise(Random random) {
        byte[] result = new byte[random.nextInt(64)];
        random.nextBytes(result);
        return result;
    }

    private static AuthenticationContext contextWith(Map<String, byte[]> bindings) {
        return new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, bindings, true);
    }
}
