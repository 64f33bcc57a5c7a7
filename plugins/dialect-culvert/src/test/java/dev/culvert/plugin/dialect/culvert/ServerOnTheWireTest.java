package dev.culvert.plugin.dialect.culvert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.testkit.KitAuthenticator;
import dev.culvert.testkit.KitServer;
import dev.culvert.testkit.KitSession;
import dev.culvert.testkit.KitWire;
import dev.culvert.testkit.Loops;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with clients that are not like ours. */
final class ServerOnTheWireTest {

    private static final String HELLO =
            "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"i\",\"client_id\":\"m\"}";

    private KitSession session;
    private Script client;

    @BeforeEach
    void serve() {
        serve(VersionRange.CURRENT);
    }

    private void serve(VersionRange versions) {
        close();
        session = KitSession.serve(
                new CulvertDialect(versions),
                KitWire.ofSockets(Loops.NIO, null),
                List.of(new KitAuthenticator(KitSession.NAME)),
                List.of());
        client = Script.client(session.wire().client());
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
        }
    }

    @Test
    void theHighestCommonVersionIsChosen() {
        serve(new VersionRange(2, 5));
        client.say(hello(1, 3));

        assertThat(client.hear().get("version").asInt()).isEqualTo(3);
    }

    @Test
    void anOlderClientIsToldBothRanges() {
        serve(new VersionRange(3, 5));
        client.say(hello(1, 2));

        assertEndsWith("CLV-4002", "the client speaks version 1 to 2 of the session protocol, this server 3 to 5.");
    }

    @Test
    void aNewerClientIsToldBothRanges() {
        client.say(hello(2, 9));

        assertEndsWith("CLV-4002", "the client speaks version 2 to 9 of the session protocol, this server 1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,1", "2,1", "-5,-1", "1,-1"})
    void aRangeThatIsNoneIsAViolation(String range) {
        client.say(hello(Integer.parseInt(range.split(",")[0]), Integer.parseInt(range.split(",")[1])));

        assertEndsWith("CLV-4001");
    }

    @Test
    void unknownCapabilitiesAreNotInForce() {
        client.say(HELLO.replace("}", ",\"capabilities\":[\"x-unheard-of\"]}"));

        assertThat(client.hear().get("capabilities")).isEmpty();
    }

    @Test
    void unknownMembersAreIgnored() {
        client.say(HELLO.replace("}", ",\"mood\":{\"deep\":[1,2,{\"er\":null}]}}"));

        assertThat(client.hear().get("type").asText()).isEqualTo("server_hello");
    }

    @Test
    void anUnknownTypeIsAnsweredAndForgotten() {
        client.say("{\"type\":\"teleport\"}");
        JsonNode answer = client.hear();
        client.say(HELLO);

        assertThat(answer.get("code").asText()).isEqualTo("CLV-4009");
        assertThat(answer.get("fatal").asBoolean()).isFalse();
        assertThat(client.hear().get("type").asText()).isEqualTo("server_hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "1",
                "\"hello\"",
                "{\"type\":null}",
                "{\"type\":\"hello\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1}",
                "{\"type\":\"hello\",\"version_min\":\"1\",\"version_max\":1,\"instance\":\"i\"}",
                "{\"type\":\"hello\",\"version_min\":1.5,\"version_max\":2,\"instance\":\"i\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":99999999999,\"instance\":\"i\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":null}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"a b\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"i\",\"instance\":\"j\"}",
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"i\"} trailing",
                "{\"type\":\"ping\",\"token\":1}",
                "{\"type\":\"pong\"}",
                "{\"type\":\"auth_begin\",\"mechanism\":\"X-KIT\"}",
                "{\"type\":\"auth_answer\"}",
                "{\"type\":\"auth_ok\",\"session_id\":\"mine\"}",
                "{\"type\":\"server_hello\",\"version\":1}",
                "{\"type\":\"drain\"}",
                "{\"type\":\"tunnel_open\",\"id\":1,\"name\":\"web\",\"tunnel_type\":\"tcp\"}",
                "{\"type\":\"tunnel_close\",\"id\":1}",
                "hello"
            })
    void anythingButAHelloAtFirstIsAViolation(String message) {
        client.say(message);

        assertEndsWith("CLV-4001");
    }

    @Test
    void nothingButTheLoginIsHeardBeforeItsEnd() {
        client.say(HELLO);
        client.hear();
        client.say("{\"type\":\"tunnel_open\",\"id\":1,\"name\":\"web\",\"tunnel_type\":\"tcp\"}");

        assertEndsWith("CLV-4001");
        assertThat(session.serverHost().requests()).isEmpty();
    }

    @Test
    void anAnswerNeedsAChallenge() {
        client.say(HELLO);
        client.hear();
        client.say("{\"type\":\"auth_answer\",\"data\":\"\"}");

        assertEndsWith("CLV-4001");
    }

    @Test
    void aMechanismThatWasNotOfferedIsRefused() {
        client.say(HELLO);
        client.hear();
        client.say("{\"type\":\"auth_begin\",\"mechanism\":\"PLAIN\"}");

        JsonNode refusal = client.hear();
        assertThat(refusal.get("type").asText()).isEqualTo("auth_refused");
        assertThat(refusal.get("code").asText()).isEqualTo("CLV-2005");
        assertEnds();
    }

    @Test
    void dataThatIsNotBase64IsAViolation() {
        client.say(HELLO);
        client.hear();
        client.say("{\"type\":\"auth_begin\",\"mechanism\":\"X-KIT\",\"data\":\"*\"}");

        assertEndsWith("CLV-4001");
    }

    @Test
    void messagesMayComeAtOnceAndInPieces() {
        byte[] bytes = HELLO.getBytes();
        var all = Unpooled.buffer();
        for (String message : List.of(HELLO, begin(), answer())) {
            all.writeInt(message.length()).writeBytes(message.getBytes());
        }
        assertThat(bytes).isNotEmpty();
        while (all.isReadable()) {
            client.say(all.readBytes(1));
        }

        assertThat(client.hear().get("type").asText()).isEqualTo("server_hello");
        assertThat(client.hear().get("type").asText()).isEqualTo("auth_challenge");
        assertThat(client.hear().get("type").asText()).isEqualTo("auth_ok");
    }

    @Test
    void aLengthIsNotBelieved() {
        client.say(Unpooled.buffer().writeInt(-1));

        assertEndsWith("CLV-4006", "the control stream had a message of 4294967295 bytes (expected: 1 to 16384).");
    }

    @Test
    void aMessageHasALength() {
        client.say(Unpooled.buffer().writeInt(0));

        assertEndsWith("CLV-4006");
    }

    @Test
    void aMessageOverTheLimitOfTheLoginIsRefused() {
        client.say(Unpooled.buffer().writeInt(Limits.MESSAGE_BEFORE_LOGIN + 1));

        assertEndsWith("CLV-4006");
    }

    @Test
    void manySmallMessagesBeforeTheLoginAreRefusedToo() {
        String unknown = "{\"type\":\"teleport\",\"padding\":\"" + "x".repeat(900) + "\"}";
        for (int i = 0; i < 20; i++) {
            client.say(unknown);
        }

        JsonNode last = client.hear();
        while (!last.get("fatal").asBoolean()) {
            last = client.hear();
        }
        assertThat(last.get("code").asText()).isEqualTo("CLV-4006");
        assertEnds();
    }

    @Test
    void deepMessagesAreRefused() {
        client.say("{\"type\":\"teleport\",\"x\":" + "[".repeat(100) + "]".repeat(100) + "}");

        assertEndsWith("CLV-4001");
    }

    @Test
    void theNamesOfAMachineAreMadeHarmless() {
        client.say(HELLO.replace("\"m\"", "\"my laptop\\n\\u001b[31m" + "x".repeat(100) + "\""));
        logIn();

        KitServer.Admitted admitted = session.admitted();

        assertThat(admitted.admission().principal().clientId())
                .startsWith("my_laptop___31m")
                .matches("[A-Za-z0-9._:-]{64}");
    }

    @Test
    void aMachineWithoutANameHasThePrincipals() {
        client.say(HELLO.replace(",\"client_id\":\"m\"", ""));
        logIn();

        assertThat(session.admitted().admission().principal().clientId()).isEqualTo(KitSession.NAME);
    }

    @Test
    void aPingIsAnswered() {
        begun();
        client.say("{\"type\":\"ping\",\"token\":-9223372036854775808}");

        assertThat(client.hear().toString()).isEqualTo("{\"type\":\"pong\",\"token\":-9223372036854775808}");
    }

    @Test
    void aSecondHelloIsAViolation() {
        begun();
        client.say(HELLO);

        assertEndsWith("CLV-4001");
    }

    @Test
    void whatOnlyAServerSaysIsAViolation() {
        begun();
        client.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:1\"}");

        assertEndsWith("CLV-4001");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3})
    void anIdThatIsNotLargerThanThoseBeforeIsAViolation(int id) {
        begun();
        client.say(open(3, "web"));
        client.hear();
        client.say(open(id, "other"));

        assertEndsWith("CLV-4001");
    }

    @Test
    void whatAClientLeavesOutHasADefault() {
        begun();
        client.say("{\"type\":\"tunnel_open\",\"id\":1,\"name\":\"web\",\"tunnel_type\":\"tcp\"}");

        assertThat(client.hear().get("endpoint").asText()).isEqualTo("tcp://:7000");
        TunnelRequest request = KitSession.next(session.serverHost().requests());
        assertThat(request.onConflict().name()).isEqualTo("REJECT");
        assertThat(request.parameters()).isEmpty();
        assertThat(request.local()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":\"\"",
                "\"name\":\"a\\nb\"",
                "\"name\":\"\\ud800\"",
                "\"tunnel_type\":\"\"",
                "\"on_conflict\":\"fight\""
            })
    void aTunnelThatIsNotAsItShouldBeIsRefusedAlone(String member) {
        begun();
        var open = open(1, "web");
        String name = member.substring(0, member.indexOf(':'));
        client.say(open.replaceFirst(
                "\"" + name.replace("\"", "") + "\":(\"[^\"]*\"|\\{[^}]*})", Matcher.quoteReplacement(member)));

        JsonNode refusal = client.hear();
        assertThat(refusal.get("type").asText()).isEqualTo("tunnel_refused");
        assertThat(refusal.get("code").asText()).isEqualTo("CLV-3002");
        client.say(open(2, "good"));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
    }

    @Test
    void parametersAreBounded() {
        begun();
        client.say(open(1, "web").replace("{\"port\":7000}", "{\"x\":\"" + "y".repeat(Limits.PARAMETERS) + "\"}"));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-3002");
    }

    @Test
    void namesAreBounded() {
        begun();
        client.say(open(1, "x".repeat(Limits.NAME)));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        client.say(open(2, "x".repeat(Limits.NAME + 1)));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-3002");
    }

    @Test
    void tunnelsAreCounted() {
        begun();
        for (int i = 1; i <= Limits.TUNNELS; i++) {
            client.say(open(i, "t" + i));
        }
        for (int i = 1; i <= Limits.TUNNELS; i++) {
            assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        }
        client.say(open(Limits.TUNNELS + 1, "one more"));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-3002");
    }

    @Test
    void aTunnelGivenUpBeforeItIsOpenIsClosedOnceItIs() {
        begun();
        client.say(open(1, "web"));
        client.say("{\"type\":\"tunnel_close\",\"id\":1}");

        JsonNode answer = client.hear();
        if (answer.get("type").asText().equals("tunnel_opened")) {
            answer = client.hear(); // it was open by then
        }
        assertThat(answer.get("type").asText()).isEqualTo("tunnel_closed");
        assertThat(KitSession.next(session.serverHost().closed())).isEqualTo("web");
        assertThat(session.serverHost().closed()).isEmpty();
    }

    @Test
    void aPauseReachesThePlatformAndOneOfNothingIsNothing() {
        begun();
        client.say(open(1, "web"));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        client.say("{\"type\":\"tunnel_pause\",\"id\":77,\"paused\":true}");
        client.say("{\"type\":\"tunnel_pause\",\"id\":1,\"paused\":true}");
        client.say("{\"type\":\"tunnel_pause\",\"id\":1,\"paused\":false}");

        assertThat(KitSession.next(session.serverHost().pauses())).isEqualTo("web true");
        assertThat(KitSession.next(session.serverHost().pauses())).isEqualTo("web false");
    }

    @Test
    void tellsTheClientOnceOfEachPauseOfTheOperatorAndMindsNoneThatDoesNotKnowIt() {
        begun();
        client.say(open(1, "web"));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        RemoteClient remote = session.admitted().client();

        remote.tunnelPaused("web", false);
        remote.tunnelPaused("nobody", true);
        remote.tunnelPaused("web", true);
        assertThat(client.hear()).hasToString("{\"type\":\"tunnel_paused\",\"id\":1,\"paused\":true}");
        client.say("{\"type\":\"error\",\"code\":\"CLV-4009\",\"message\":\"what?\",\"fatal\":false}");
        remote.tunnelPaused("web", true);
        remote.tunnelPaused("web", false);
        assertThat(client.hear()).hasToString("{\"type\":\"tunnel_paused\",\"id\":1,\"paused\":false}");
    }

    @Test
    void otherLimitsOfATunnelReachThePlatform() {
        begun();
        client.say(open(1, "web"));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        client.say("{\"type\":\"tunnel_revise\",\"id\":77,\"parameters\":{}}");
        client.say("{\"type\":\"tunnel_revise\",\"id\":1,\"parameters\":{\"bandwidth\":1000000}}");

        assertThat(KitSession.next(session.serverHost().revisions())).isEqualTo("web {bandwidth=1000000}");
    }

    @Test
    void howAServiceIsReachesThePlatform() {
        begun();
        client.say(open(1, "web"));
        assertThat(client.hear().get("type").asText()).isEqualTo("tunnel_opened");
        client.say("{\"type\":\"tunnel_health\",\"id\":77,\"healthy\":false}");
        client.say(
                "{\"type\":\"tunnel_health\",\"id\":1,\"healthy\":false,\"code\":\"CLV-5007\",\"message\":\"it is down.\"}");
        client.say("{\"type\":\"tunnel_health\",\"id\":1,\"healthy\":true,\"since\":\"a newer client's member\"}");

        assertThat(KitSession.next(session.serverHost().healths())).isEqualTo("web CLV-5007 it is down.");
        assertThat(KitSession.next(session.serverHost().healths())).isEqualTo("web well");
    }

    @Test
    void closingWhatIsNotOpenIsNothing() {
        begun();
        client.say("{\"type\":\"tunnel_close\",\"id\":77}");
        client.say("{\"type\":\"ping\",\"token\":1}");

        assertThat(client.hear().get("type").asText()).isEqualTo("pong");
    }

    @Test
    void aDrainingServerOpensNothing() {
        begun();
        RemoteClient remote = session.admitted().client();
        remote.drain(Duration.ofSeconds(30));
        assertThat(client.hear().get("deadline_ms").asLong()).isEqualTo(30_000);
        client.say(open(1, "web"));

        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-3013");
    }

    @Test
    void messagesMayBeLargerAfterTheLogin() {
        begun();
        client.say("{\"type\":\"teleport\",\"x\":\"" + "y".repeat(Limits.MESSAGE - 100) + "\"}");
        assertThat(client.hear().get("code").asText()).isEqualTo("CLV-4009");
        client.say(Unpooled.buffer().writeInt(Limits.MESSAGE + 1));

        assertEndsWith("CLV-4006");
    }

    @Test
    void anErrorThatIsNotFatalIsForTheLog() {
        begun();
        client.say("{\"type\":\"error\",\"code\":\"CLV-4009\",\"message\":\"?\"}");
        client.say("{\"type\":\"ping\",\"token\":1}");

        assertThat(client.hear().get("type").asText()).isEqualTo("pong");
    }

    @Test
    void aFatalErrorOfTheClientEndsTheSessionWithItsReason() {
        begun();
        RemoteClient remote = session.admitted().client();
        client.say(
                "{\"type\":\"error\",\"code\":\"ACME-7\",\"message\":\"tired\",\"remedy\":\"Rest.\",\"fatal\":true}");

        assertThat(failureOf(remote).getMessage()).isEqualTo("ACME-7: tired Rest.");
        assertEnds();
    }

    @Test
    void theEndOfTheControlStreamIsTheEndOfTheSession() {
        begun();
        RemoteClient remote = session.admitted().client();
        client.control().shutdownOutput();

        assertThat(remote.closeFuture().awaitUninterruptibly(5, TimeUnit.SECONDS))
                .isTrue();
        assertThat(remote.closeFuture().isSuccess()).isTrue();
    }

    @Test
    void aControlStreamThatIsResetEndsTheSession() {
        begun();
        RemoteClient remote = session.admitted().client();
        Conversation.reset(client.control());

        assertThat(failureOf(remote).code()).isEqualTo(WireError.CONNECTION_LOST);
        assertEnds();
    }

    @Test
    void aClientThatDoesNotHearTheReasonIsLeftAfterASecond() {
        begun();
        client.neverFinish();
        session.admitted().client().close(new CulvertException(TunnelError.REPLACED, "gone."));

        assertEndsWith("CLV-3008");
    }

    /** Otherwise a client that asks without listening would make the server store all the answers. */
    @Test
    void whoDoesNotListenIsNotListenedTo() {
        begun();
        client.control().config().setAutoRead(false);
        String message = "{\"type\":\"teleport\",\"x\":\"" + "y".repeat(1000) + "\"}";
        byte[] bytes = message.getBytes();

        // Until the answers fill both kernel buffers, and then the questions do.
        boolean stopped = false;
        for (int i = 0; i < 2_000_000 && !stopped; i++) {
            client.say(Unpooled.buffer(4 + bytes.length).writeInt(bytes.length).writeBytes(bytes));
            if (!client.control().isWritable()) {
                stopped = !Script.becomesWritable(client.control(), Duration.ofMillis(500));
            }
        }

        assertThat(stopped).as("the server stops reading").isTrue();
        client.control().config().setAutoRead(true);
        assertThat(Script.becomesWritable(client.control(), Duration.ofSeconds(5)))
                .isTrue();
    }

    @Test
    void anyChangeOfALoginEndsCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 120; i++) {
            serve();
            var all = Unpooled.buffer();
            for (String message : List.of(HELLO, begin(), answer(), open(1, "web"))) {
                all.writeInt(message.length()).writeBytes(message.getBytes());
            }
            for (int change = 0; change <= random.nextInt(4); change++) {
                all.setByte(random.nextInt(all.readableBytes()), random.nextInt(256));
            }
            client.say(all.slice(0, random.nextInt(all.readableBytes())).retain());
            all.release();
            client.control().eventLoop().execute(client.control()::shutdownOutput);

            Awaitility.await("seed " + seed + ", change " + i)
                    .atMost(5, TimeUnit.SECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> session.wire().server().closeFuture().isDone());
        }
    }

    private void begun() {
        client.say(HELLO);
        logIn();
    }

    private void logIn() {
        client.hear();
        client.say(begin());
        client.hear();
        client.say(answer());
        assertThat(client.hear().get("type").asText()).isEqualTo("auth_ok");
    }

    private static String begin() {
        return "{\"type\":\"auth_begin\",\"mechanism\":\"X-KIT\",\"data\":\"" + base64(KitSession.NAME) + "\"}";
    }

    private static String answer() {
        return "{\"type\":\"auth_answer\",\"data\":\"" + base64("challenge of " + KitSession.NAME) + "\"}";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes());
    }

    private static String hello(int min, int max) {
        return "{\"type\":\"hello\",\"version_min\":" + min + ",\"version_max\":" + max + ",\"instance\":\"i\"}";
    }

    private static String open(int id, String name) {
        return "{\"type\":\"tunnel_open\",\"id\":" + id + ",\"name\":\"" + name
                + "\",\"tunnel_type\":\"tcp\",\"on_conflict\":\"reject\",\"parameters\":{\"port\":7000}}";
    }

    private static CulvertException failureOf(RemoteClient remote) {
        assertThat(remote.closeFuture().awaitUninterruptibly(5, TimeUnit.SECONDS))
                .isTrue();
        return (CulvertException) remote.closeFuture().cause();
    }

    private void assertEndsWith(String code, String message) {
        JsonNode error = client.hear();
        assertThat(error.get("message").asText()).isEqualTo(message);
        assertFatal(error, code);
    }

    private void assertEndsWith(String code) {
        assertFatal(client.hear(), code);
    }

    private void assertFatal(JsonNode error, String code) {
        assertThat(error.get("type").asText()).isEqualTo("error");
        assertThat(error.get("code").asText()).isEqualTo(code);
        assertThat(error.get("fatal").asBoolean()).isTrue();
        assertEnds();
    }

    private void assertEnds() {
        soon().until(client::ended);
        soon().until(() -> session.wire().server().closeFuture().isDone());
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(5, TimeUnit.SECONDS).pollInterval(2, TimeUnit.MILLISECONDS);
    }
}
