package dev.culvert.plugin.dialect.culvert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.KitSession;
import dev.culvert.testkit.KitWire;
import dev.culvert.testkit.Loops;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A session outlives its credential by a newer one, and several authenticators of one mechanism are asked in turn. */
final class RenewalTest {

    private static final String HELLO = "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"i\"}";

    private static final String CAPABLE = HELLO.replace("}", ",\"capabilities\":[\"renew\"]}");

    private KitSession session;

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void aNewerCredentialIsJudgedByWhoLetTheSessionIn() {
        Script client = loggedIn(CAPABLE, new Bearer("a"), new Bearer("b"));

        client.say(renew("b2"));
        assertThat(client.hear().get("type").asText()).isEqualTo("renewed");
        client.say(renew("a2"));
        JsonNode refused = client.hear();
        assertThat(refused.get("type").asText()).isEqualTo("renew_refused");
        assertThat(refused.get("code").asText()).isEqualTo("CLV-2001");
        client.say("{\"type\":\"ping\",\"token\":7}");
        assertThat(client.hear().get("type").asText()).isEqualTo("pong");
    }

    @Test
    void aClientThatDidNotAnnounceItCannotRenew() {
        Script client = loggedIn(HELLO, new Bearer("b"));

        client.say(renew("b2"));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-4001");
    }

    @Test
    void aSecondRenewalBeforeTheAnswerIsAViolation() {
        Bearer slow = new Bearer("b");
        slow.renewed = new CompletableFuture<>();
        Script client = loggedIn(CAPABLE, slow);

        client.say(renew("b2"));
        client.say(renew("b3"));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-4001");
    }

    @Test
    void aCredentialThatNobodyKnowsIsRefused() {
        Script client = serve(new Bearer("a"), new Bearer("b"));
        client.say(CAPABLE);
        client.hear();
        client.say(begin("c"));

        JsonNode refused = client.hear();

        assertThat(refused.get("type").asText()).isEqualTo("auth_refused");
        assertThat(refused.get("code").asText()).isEqualTo("CLV-2001");
    }

    @Test
    void aClientSendsOneAfterTheOther() throws Exception {
        Fresh credential = new Fresh();
        try (KitWire wire = KitWire.ofSockets(Loops.NIO, null)) {
            session = KitSession.over(wire, List.of(credential));
            session.connect(new CulvertDialect(VersionRange.CURRENT));
            Script server = login(Script.server(wire.server()), "[\"renew\"]");

            CompletableFuture<byte[]> first = next(credential);
            first.complete("b2".getBytes(UTF_8));
            assertThat(server.hear()).isEqualTo(Script.JSON.readTree(renew("b2")));
            assertThat(credential.asked).isEmpty();
            server.say("{\"type\":\"renewed\"}");
            next(credential).complete("b3".getBytes(UTF_8));
            assertThat(server.hear()).isEqualTo(Script.JSON.readTree(renew("b3")));
            server.say("{\"type\":\"renew_refused\",\"code\":\"CLV-2001\"}");
            CompletableFuture<byte[]> last = next(credential);

            server.say("{\"type\":\"error\",\"code\":\"CLV-2002\",\"fatal\":true}");
            Awaitility.await().until(last::isCancelled);
        }
    }

    @Test
    void anOlderServerIsSentNothing() throws Exception {
        Fresh credential = new Fresh();
        try (KitWire wire = KitWire.ofSockets(Loops.NIO, null)) {
            session = KitSession.over(wire, List.of(credential));
            session.connect(new CulvertDialect(VersionRange.CURRENT));
            Script server = login(Script.server(wire.server()), "[]");
            KitSession.await(session.connected());

            assertThat(credential.asked).isEmpty();
            assertThat(server.silent()).isTrue();
        }
    }

    private Script loggedIn(String hello, Authenticator... authenticators) {
        Script client = serve(authenticators);
        client.say(hello);
        assertThat(client.hear().get("mechanisms")).hasSize(1);
        client.say(begin("b"));
        assertThat(client.hear().get("type").asText()).isEqualTo("auth_ok");
        return client;
    }

    private Script serve(Authenticator... authenticators) {
        session = KitSession.serve(
                new CulvertDialect(VersionRange.CURRENT),
                KitWire.ofSockets(Loops.NIO, null),
                List.of(authenticators),
                List.of());
        return Script.client(session.wire().client());
    }

    private static Script login(Script server, String capabilities) {
        assertThat(server.hear().get("capabilities").toString()).isEqualTo("[\"renew\",\"clock\",\"revise\"]");
        server.say("{\"type\":\"server_hello\",\"version\":1,\"capabilities\":" + capabilities
                + ",\"mechanisms\":[\"X-BEARER\"]}");
        assertThat(server.hear().get("type").asText()).isEqualTo("auth_begin");
        server.say("{\"type\":\"auth_ok\",\"session_id\":\"s\"}");
        return server;
    }

    private static CompletableFuture<byte[]> next(Fresh credential) {
        Awaitility.await().until(() -> !credential.asked.isEmpty());
        return credential.asked.remove();
    }

    private static String begin(String text) {
        return "{\"type\":\"auth_begin\",\"mechanism\":\"X-BEARER\",\"data\":\"" + base64(text) + "\"}";
    }

    private static String renew(String text) {
        return "{\"type\":\"renew\",\"data\":\"" + base64(text) + "\"}";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    /** Knows the credentials that begin with its letter. */
    private static final class Bearer implements Authenticator {

        private final String letter;
        private CompletionStage<Void> renewed = CompletableFuture.completedStage(null);

        Bearer(String letter) {
            this.letter = letter;
        }

        @Override
        public List<String> mechanisms(AuthenticationContext context) {
            return List.of("X-BEARER");
        }

        @Override
        public boolean standsAside() {
            return true;
        }

        @Override
        public Exchange begin(String mechanism, AuthenticationContext context) {
            return new Exchange() {
                @Override
                public CompletionStage<Verdict> next(byte[] message) {
                    return CompletableFuture.completedStage(
                            new String(message, UTF_8).startsWith(letter)
                                    ? new Verdict.Accepted(Principal.of(letter), new byte[0])
                                    : new Verdict.NotMine(refusal()));
                }

                @Override
                public CompletionStage<Void> renew(byte[] message) {
                    return new String(message, UTF_8).startsWith(letter)
                            ? renewed
                            : CompletableFuture.failedStage(refusal());
                }
            };
        }

        private static CulvertException refusal() {
            return new CulvertException(AuthError.CREDENTIAL_REJECTED, "nobody knows it.");
        }
    }

    /** Has newer credentials when the test says so. */
    private static final class Fresh implements Credential {

        private final Queue<CompletableFuture<byte[]>> asked = new ConcurrentLinkedQueue<>();

        @Override
        public Optional<String> choose(List<String> offered, AuthenticationContext context) {
            return offered.stream().findFirst();
        }

        @Override
        public Proof begin(String mechanism, AuthenticationContext context) {
            return new Proof() {
                @Override
                public CompletionStage<byte[]> first() {
                    return CompletableFuture.completedStage("b".getBytes(UTF_8));
                }

                @Override
                public CompletionStage<byte[]> answer(byte[] challenge) {
                    return CompletableFuture.completedStage(challenge);
                }

                @Override
                public CompletionStage<Void> finish(byte[] message) {
                    return CompletableFuture.completedStage(null);
                }

                @Override
                public CompletionStage<byte[]> renewal() {
                    CompletableFuture<byte[]> next = new CompletableFuture<>();
                    asked.add(next);
                    return next;
                }
            };
        }
    }
}
