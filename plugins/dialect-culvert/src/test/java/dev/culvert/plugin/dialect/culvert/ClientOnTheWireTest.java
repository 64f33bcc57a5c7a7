package dev.culvert.plugin.dialect.culvert;

import static dev.culvert.testkit.KitSession.await;
import static dev.culvert.testkit.KitSession.next;
import static dev.culvert.testkit.KitSession.tunnel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.testkit.KitAuthenticator;
import dev.culvert.testkit.KitClient;
import dev.culvert.testkit.KitSession;
import dev.culvert.testkit.KitWire;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.Tape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does with servers that are not like ours. */
final class ClientOnTheWireTest {

    private static final String SERVER_HELLO = "{\"type\":\"server_hello\",\"version\":1,\"mechanisms\":[\"X-KIT\"]}";
    private static final String AUTH_OK =
            "{\"type\":\"auth_ok\",\"data\":\"cHJvb2Ygb2YgdGhlIHNlcnZlcg==\"," + "\"session_id\":\"s\"}";

    private KitWire wire;
    private KitSession session;
    private Script server;

    @BeforeEach
    void connect() {
        connect(VersionRange.CURRENT);
    }

    private void connect(VersionRange versions) {
        close();
        wire = KitWire.ofSockets(Loops.NIO, null);
        session = KitSession.over(wire, List.of(KitAuthenticator.credential(KitSession.NAME, true)));
        session.connect(new CulvertDialect(versions));
        server = Script.server(wire.server());
    }

    @AfterEach
    void close() {
        if (wire != null) {
            wire.close();
        }
    }

    @Test
    void itOffersItsVersions() {
        connect(new VersionRange(2, 4));

        JsonNode hello = server.hear();

        assertThat(hello.get("version_min").asInt()).isEqualTo(2);
        assertThat(hello.get("version_max").asInt()).isEqualTo(4);
        assertThat(hello.get("instance").asText()).isEqualTo("instance-1");
        assertThat(hello.get("client_id").asText()).isEqualTo("machine-1");
        assertThat(hello.get("software").asText()).isEqualTo("kit/1");
    }

    @Test
    void anOlderServersRefusalIsUnderstood() {
        server.hear();
        server.say("{\"type\":\"error\",\"code\":\"CLV-4002\",\"message\":\"1 is too old.\",\"fatal\":true}");

        assertThat(refusal().code()).isEqualTo(WireError.VERSION_UNSUPPORTED);
        assertThat(refusal().detail()).isEqualTo("1 is too old.");
    }

    @Test
    void aVersionThatWasNotOfferedIsRefused() {
        server.hear();
        server.say(SERVER_HELLO.replace("\"version\":1", "\"version\":2"));

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-4002");
        assertThat(refusal().code()).isEqualTo(WireError.VERSION_UNSUPPORTED);
    }

    @Test
    void unknownCapabilitiesOfTheServerAreNothing() {
        server.hear();
        server.say(SERVER_HELLO.replace("}", ",\"capabilities\":[\"x-unheard-of\"],\"mood\":1}"));

        assertThat(server.hear().get("type").asText()).isEqualTo("auth_begin");
    }

    @Test
    void anUnknownTypeIsAnsweredAndForgotten() {
        server.hear();
        server.say("{\"type\":\"teleport\"}");
        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-4009");
        server.say(SERVER_HELLO);

        assertThat(server.hear().get("type").asText()).isEqualTo("auth_begin");
    }

    @Test
    void aMechanismThatNoCredentialFitsIsToldToBoth() {
        server.hear();
        server.say(SERVER_HELLO.replace("X-KIT", "PLAIN"));

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-2005");
        assertThat(refusal().code()).isEqualTo(AuthError.NO_COMMON_MECHANISM);
    }

    @Test
    void aServerThatProvesNothingIsTold() {
        server.hear();
        server.say(SERVER_HELLO);
        server.hear();
        server.say(AUTH_OK.replace("cHJv", "AAAA"));

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-2006");
        assertThat(refusal().code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
    }

    @Test
    void theCodeOfANewerServerIsShownWithItsRemedy() {
        server.hear();
        server.say("{\"type\":\"auth_refused\",\"code\":\"CLV-2999\",\"message\":\"the moon is full.\","
                + "\"remedy\":\"Wait a week.\"}");

        assertThat(refusal()).hasMessage("CLV-2999: the moon is full. Wait a week.");
        assertThat(refusal().code().number()).isEqualTo(2999);
    }

    @Test
    void whatTheServerSaysIsMadeHarmless() {
        server.hear();
        server.say("{\"type\":\"auth_refused\",\"code\":\"\\u001b[31m\",\"message\":\"a\\nb\\u001b[31m"
                + "c".repeat(3000) + "\"}");

        assertThat(refusal().code()).isEqualTo(WireError.PROTOCOL_VIOLATION);
        assertThat(refusal().detail()).startsWith("a?b?[31mccc").hasSize(Limits.TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"hello\",\"version_min\":1,\"version_max\":1,\"instance\":\"i\"}",
                "{\"type\":\"auth_challenge\"}",
                "{\"type\":\"auth_ok\",\"session_id\":\"s\"}",
                "{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:1\"}",
                "{\"type\":\"drain\"}",
                "{\"type\":\"ping\"}",
                "{}",
                "!"
            })
    void anythingButAServerHelloAtFirstIsAViolation(String message) {
        server.hear();
        server.say(message);

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-4001");
        assertThat(refusal().code()).isEqualTo(WireError.PROTOCOL_VIOLATION);
    }

    @Test
    void aStreamBeforeTheLoginIsAViolation() {
        server.hear();
        wire.server().openStream();

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-4001");
        assertThat(refusal().code()).isEqualTo(WireError.PROTOCOL_VIOLATION);
    }

    @Test
    void whatComesBehindTheLastWordOfTheLoginIsHeard() {
        server.hear();
        server.say(SERVER_HELLO);
        server.hear();
        server.say("{\"type\":\"auth_challenge\",\"data\":\"Y2hhbGxlbmdl\"}");
        server.hear();
        ByteBuf both = Unpooled.buffer();
        for (String message : List.of(AUTH_OK, "{\"type\":\"drain\",\"deadline_ms\":5}")) {
            both.writeInt(message.length()).writeBytes(message.getBytes());
        }
        server.say(both);

        await(session.connected());
        assertThat(next(session.clientHost().drains())).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void aPingIsAnswered() {
        begun();
        server.say("{\"type\":\"ping\"}");

        assertThat(server.hear().toString()).isEqualTo("{\"type\":\"pong\",\"token\":0}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere", "tcp://:99999", "", "tcp://[::1"})
    void anEndpointThatIsNoneIsAViolation(String endpoint) {
        RemoteServer remote = begun();
        remote.openTunnel(tunnel("web"));
        server.hear();
        server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"" + endpoint + "\"}");

        assertThat(server.hear().get("code").asText()).isEqualTo("CLV-4001");
    }

    @Test
    void answersToWhatWasNotAskedAreNothing() {
        RemoteServer remote = begun();
        server.say("{\"type\":\"tunnel_opened\",\"id\":9,\"endpoint\":\"tcp://:1\"}");
        server.say("{\"type\":\"tunnel_refused\",\"id\":9}");
        server.say("{\"type\":\"tunnel_closed\",\"id\":-1}");

        CompletionStage<Optional<Endpoint>> opened = remote.openTunnel(tunnel("web"));
        assertThat(server.hear().get("id").asInt()).isEqualTo(1);
        server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://relay.example.com:7000\"}");
        assertThat(await(opened).map(Endpoint::toString)).contains("tcp://relay.example.com:7000");
        assertThat(session.clientHost().closed()).isEmpty();
    }

    @Test
    void tellsTheServerOfAPauseAndMindsNoServerThatDoesNotKnowIt() {
        RemoteServer remote = begun();
        CompletionStage<Optional<Endpoint>> opened = remote.openTunnel(tunnel("web"));
        server.hear();
        server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:1\"}");
        assertThat(await(opened)).isPresent();

        remote.pauseTunnel("web", true);
        assertThat(server.hear()).hasToString("{\"type\":\"tunnel_pause\",\"id\":1,\"paused\":true}");
        server.say("{\"type\":\"error\",\"code\":\"CLV-4009\",\"message\":\"what?\",\"fatal\":false}");
        remote.pauseTunnel("nobody", true);
        remote.pauseTunnel("web", false);
        assertThat(server.hear()).hasToString("{\"type\":\"tunnel_pause\",\"id\":1,\"paused\":false}");
    }

    @Test
    void aPauseOfTheServersOperatorReachesThePlatformAndOneOfNothingIsNothing() throws InterruptedException {
        RemoteServer remote = begun();
        CompletionStage<Optional<Endpoint>> opened = remote.openTunnel(tunnel("web"));
        server.hear();
        server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:1\"}");
        assertThat(await(opened)).isPresent();

        server.say("{\"type\":\"tunnel_paused\",\"id\":77,\"paused\":true}");
        server.say("{\"type\":\"tunnel_paused\",\"id\":1,\"paused\":true,\"since\":\"a newer server's member\"}");
        server.say("{\"type\":\"tunnel_paused\",\"id\":1,\"paused\":false}");
        assertThat(session.clientHost().pauses().poll(5, TimeUnit.SECONDS)).isEqualTo("web true");
        assertThat(session.clientHost().pauses().poll(5, TimeUnit.SECONDS)).isEqualTo("web false");
    }

    @Test
    void tellsTheServerOtherLimitsOnlyIfItKnowsHowToTakeThem() {
        assertThat(begun().reviseTunnel(tunnel("web"))).isFalse();

        connect();
        RemoteServer remote = begun(SERVER_HELLO.replace("}", ",\"capabilities\":[\"revise\"]}"));
        remote.openTunnel(tunnel("web"));
        server.hear();

        assertThat(remote.reviseTunnel(tunnel("web"))).isTrue();

        assertThat(server.hear().get("type").asText()).isEqualTo("tunnel_revise");
    }

    @Test
    void tellsTheServerHowAServiceIsAndMindsNoServerThatDoesNotKnowIt() {
        RemoteServer remote = begun();
        CompletionStage<Optional<Endpoint>> opened = remote.openTunnel(tunnel("web"));
        server.hear();
        server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:1\"}");
        assertThat(await(opened)).isPresent();

        remote.tunnelHealth("web", new CulvertException(ServiceError.UNHEALTHY, "it is down."));
        JsonNode said = server.hear();
        assertThat(said.get("type").asText()).isEqualTo("tunnel_health");
        assertThat(said.get("id").asInt()).isEqualTo(1);
        assertThat(said.get("healthy").asBoolean()).isFalse();
        assertThat(said.get("code").asText()).isEqualTo("CLV-5007");
        assertThat(said.get("message").asText()).isEqualTo("it is down.");
        server.say("{\"type\":\"error\",\"code\":\"CLV-4009\",\"message\":\"what?\",\"fatal\":false}");
        remote.tunnelHealth("nobody", null);
        remote.tunnelHealth("web", null);
        assertThat(server.hear()).hasToString("{\"type\":\"tunnel_health\",\"id\":1,\"healthy\":true}");
    }

    @Test
    void aTunnelThatWaitsFailsWithTheSession() {
        RemoteServer remote = begun();
        CompletionStage<Optional<Endpoint>> opened = remote.openTunnel(tunnel("web"));
        server.hear();
        server.say("{\"type\":\"error\",\"code\":\"CLV-2004\",\"message\":\"removed.\",\"fatal\":true}");

        assertThatThrownBy(() -> await(opened))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(AuthError.CREDENTIAL_REVOKED));
    }

    @Test
    void parametersThatAreNoJsonAreRefusedHere() {
        RemoteServer remote = begun();
        var request = new TunnelRequest("web", "tcp", OnConflict.REJECT, "", Map.of("self", new Object()));

        assertThatThrownBy(() -> await(remote.openTunnel(request)))
                .isInstanceOf(CulvertException.class)
                .hasMessageContaining("parameters");
        remote.openTunnel(tunnel("web"));
        assertThat(server.hear().get("id").asInt()).isEqualTo(1);
    }

    /** A server that was taken over must not reach more than what the client's file names. */
    @Test
    void aStreamForATunnelThatDoesNotExistIsRefused() {
        begun();
        DuplexChannel stream = await(wire.server().openStream());
        Tape tape = Tape.rolling(stream);
        stream.writeAndFlush(Script.hex("10 0000002a 00 00").writeBytes("GET /".getBytes()));

        soon().until(() -> tape.bytes().length > 5 && tape.ended());
        DialResult result = DialResult.decode(Unpooled.wrappedBuffer(tape.bytes()));
        assertThat(result).isNotNull();
        assertThat(result.failure().code()).isEqualTo(ServiceError.NOT_LISTED);
        assertThat(result.failure().detail()).contains("42");
        assertThat(session.clientHost().delivered()).isEmpty();
        assertThat(tape.abort()).isNull();
        stream.close();
    }

    @Test
    void theFirstVisitorMayOutrunTheAnswer() {
        RemoteServer remote = begun();
        remote.openTunnel(tunnel("web"));
        server.hear();
        DuplexChannel stream = await(wire.server().openStream());
        stream.writeAndFlush(Script.hex("10 00000001 00 00"));

        assertThat(next(session.clientHost().delivered()).tunnel()).isEqualTo("web");
    }

    @Test
    void aHeaderMayComeInPieces() {
        RemoteServer remote = begun();
        remote.openTunnel(tunnel("web"));
        server.hear();
        DuplexChannel stream = await(wire.server().openStream());
        byte[] bytes = ByteBufUtil.decodeHexDump("100000000104cb007109c73804c00002011b58");
        for (byte one : bytes) {
            await(stream.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {one})));
            // So that each is a read of its own.
            await(wire.client().ping());
        }
        Tape.write(stream, "behind");

        KitClient.Delivered delivered = next(session.clientHost().delivered());
        assertThat(delivered.origin().visitor()).hasToString("/203.0.113.9:51000");
        Tape tape = Tape.rolling(delivered.stream());
        soon().until(() -> tape.text().equals("behind"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"11", "20", "00", "10 00000001 05", "10 00000001 04 01020304 0001 07", "474554202f"})
    void aStreamWithAnotherHeaderIsReset(String hex) {
        begun();
        DuplexChannel stream = await(wire.server().openStream());
        Tape tape = Tape.rolling(stream);
        stream.writeAndFlush(Script.hex(hex));

        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
        assertThat(wire.client().closeFuture().isDone()).isFalse();
    }

    @Test
    void aStreamThatEndsBeforeItsHeaderIsReset() {
        begun();
        DuplexChannel stream = await(wire.server().openStream());
        Tape tape = Tape.rolling(stream);
        stream.writeAndFlush(Script.hex("10 00")).addListener(written -> stream.shutdownOutput());

        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
    }

    @Test
    void anyAnswerOfAServerEndsCleanlyOrNotAtAll() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 120; i++) {
            connect();
            server.hear();
            ByteBuf all = Unpooled.buffer();
            for (String message : List.of(
                    SERVER_HELLO,
                    "{\"type\":\"auth_challenge\",\"data\":\"Y2hhbGxlbmdl\"}",
                    AUTH_OK,
                    "{\"type\":\"drain\",\"deadline_ms\":5}")) {
                all.writeInt(message.length()).writeBytes(message.getBytes());
            }
            for (int change = 0; change <= random.nextInt(4); change++) {
                all.setByte(random.nextInt(all.readableBytes()), random.nextInt(256));
            }
            server.say(all);
            server.control().eventLoop().execute(server.control()::shutdownOutput);

            Awaitility.await("seed " + seed + ", change " + i)
                    .atMost(5, TimeUnit.SECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> wire.client().closeFuture().isDone());
            assertThat(session.connected()).as("seed %d, change %d", seed, i).isDone();
        }
    }

    private RemoteServer begun() {
        return begun(SERVER_HELLO);
    }

    private RemoteServer begun(String hello) {
        server.hear();
        server.say(hello);
        server.hear();
        server.say("{\"type\":\"auth_challenge\",\"data\":\"Y2hhbGxlbmdl\"}");
        server.hear();
        server.say(AUTH_OK);
        return await(session.connected());
    }

    private CulvertException refusal() {
        try {
            await(session.connected());
        } catch (CulvertException e) {
            return e;
        }
        throw new AssertionError("the client was let in");
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(5, TimeUnit.SECONDS).pollInterval(2, TimeUnit.MILLISECONDS);
    }
}
