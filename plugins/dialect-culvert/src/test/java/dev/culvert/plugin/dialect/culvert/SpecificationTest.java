package dev.culvert.plugin.dialect.culvert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.testkit.KitSession;
import dev.culvert.testkit.KitWire;
import dev.culvert.testkit.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the specification are what the implementation says and understands. */
final class SpecificationTest {

    private static final VersionRange V1 = VersionRange.CURRENT;

    static List<Specification.Example> messages() {
        return Specification.examples("json");
    }

    static Stream<Specification.Example> hex(String kind) {
        return Specification.examples("hex").stream()
                .filter(example -> example.title().startsWith(kind));
    }

    static Stream<Specification.Example> headers() {
        return hex("header");
    }

    static Stream<Specification.Example> results() {
        return hex("result");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void eachMessageIsReadAndWrittenAsShown(Specification.Example example) throws IOException {
        Message message = MessageMapper.read(example.body().getBytes());

        assertThat(message).isNotInstanceOf(Message.Unknown.class);
        assertThat(Script.JSON.readTree(MessageMapper.write(message))).isEqualTo(Script.JSON.readTree(example.body()));
    }

    @Test
    void eachMessageHasAnExample() throws IOException {
        for (Class<?> type : Message.class.getPermittedSubclasses()) {
            boolean shown = type == Message.Unknown.class
                    || messages().stream()
                            .anyMatch(example -> type.isInstance(
                                    MessageMapper.read(example.body().getBytes())));
            assertThat(shown).as(type.getSimpleName()).isTrue();
        }
    }

    @Test
    void aMessageIsItsLengthAndItsJson() {
        byte[] shown = bytes(hex("message").findFirst().orElseThrow().body());
        byte[] json = MessageMapper.write(new Message.TunnelClose(1));

        assertThat(ByteBufUtil.getBytes(Unpooled.buffer().writeInt(json.length).writeBytes(json)))
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void eachHeaderIsTheBytesShown(Specification.Example example) {
        String[] words = example.title().split(" ");
        var header =
                new StreamHeader(Integer.parseInt(words[1]), new StreamOrigin(address(words[2]), address(words[3])));

        ByteBuf written = header.encode(ByteBufAllocator.DEFAULT);
        ByteBuf shown = Unpooled.wrappedBuffer(bytes(example.body()));

        assertThat(ByteBufUtil.hexDump(written)).isEqualTo(ByteBufUtil.hexDump(shown));
        assertThat(StreamHeader.decode(shown)).isEqualTo(header);
        assertThat(shown.isReadable()).isFalse();
        written.release();
    }

    @ParameterizedTest
    @MethodSource("results")
    void eachResultIsTheBytesShown(Specification.Example example) {
        String[] words = example.title().split(" ", 3);
        DialResult result = words.length < 3
                ? DialResult.CONNECTED
                : new DialResult(new CulvertException(Codes.ofNumber(Integer.parseInt(words[1])), words[2]));

        ByteBuf written = result.encode(ByteBufAllocator.DEFAULT);
        ByteBuf shown = Unpooled.wrappedBuffer(bytes(example.body()));

        assertThat(ByteBufUtil.hexDump(written)).isEqualTo(ByteBufUtil.hexDump(shown));
        DialResult read = DialResult.decode(shown);
        assertThat(read).isNotNull();
        assertThat(messageOf(read)).isEqualTo(messageOf(result));
        assertThat(shown.isReadable()).isFalse();
        written.release();
    }

    /** A client that says the lines of C hears the lines of S. */
    @Test
    void theServerOfTheConversationIsThisOne() throws IOException {
        Queue<JsonNode> login = new ArrayDeque<>(logins());
        try (KitSession session = KitSession.serve(
                new CulvertDialect(V1),
                KitWire.ofSockets(Loops.NIO, null),
                List.of(new ScriptedAuthenticator(login)),
                List.of())) {
            Script client = Script.client(session.wire().client());
            for (String line : conversation()) {
                if (line.startsWith("C ")) {
                    client.say(line.substring(2));
                } else {
                    assertThat(client.hear()).isEqualTo(Script.JSON.readTree(line.substring(2)));
                }
            }
            assertThat(client.silent()).isTrue();
        }
    }

    /** A server that says the lines of S hears the lines of C, as far as they are what a client says of itself. */
    @Test
    void theClientOfTheConversationIsThisOne() throws IOException {
        Queue<JsonNode> login = new ArrayDeque<>(logins());
        try (KitWire wire = KitWire.ofSockets(Loops.NIO, null)) {
            KitSession session = KitSession.over(wire, List.of(new ScriptedCredential(login)));
            session.connect(new CulvertDialect(V1));
            Script server = Script.server(wire.server());
            CompletableFuture<RemoteServer> connected = session.connected();
            connected.thenAccept(remote -> {
                remote.openTunnel(request("web"))
                        .thenRun(() -> remote.openTunnel(request("held")).whenComplete((none, refusal) -> {
                            if (refusal instanceof CulvertException known
                                    && known.code() == TunnelError.ENDPOINT_HELD) {
                                remote.closeTunnel("web");
                            }
                        }));
            });
            for (String line : conversation()) {
                JsonNode message = Script.JSON.readTree(line.substring(2));
                String type = message.get("type").asText();
                if (List.of("teleport", "error", "ping", "pong").contains(type)) {
                    continue;
                }
                if (line.startsWith("S ")) {
                    server.say(line.substring(2));
                } else if (type.equals("hello")) {
                    assertThat(server.hear().get("version_max")).isEqualTo(message.get("version_max"));
                } else {
                    assertThat(server.hear()).isEqualTo(message);
                }
            }
        }
    }

    /** What the page says in words about numbers is what the code has. */
    @Test
    void theLimitsAreThoseOfTheCode() {
        assertThat(Specification.text())
                .contains("| a message before the end of the login | " + Limits.MESSAGE_BEFORE_LOGIN / 1024 + " KiB")
                .contains("| all that a client sends before the end of the login | " + Limits.BYTES_BEFORE_LOGIN / 1024
                        + " KiB")
                .contains("| a message after the login | " + Limits.MESSAGE / 1024 + " KiB")
                .contains("| tunnels of a session | " + Limits.TUNNELS)
                .contains("| parameters of a tunnel | " + Limits.PARAMETERS / 1024 + " KiB")
                .contains("| answer to `tunnel_open` | " + Limits.TUNNEL_ANSWER.toSeconds() + " s")
                .contains("| header of a stream | " + Limits.STREAM_HEADER.toSeconds() + " s")
                .contains("at most " + Limits.DIAL_DETAIL + " |")
                .contains("for " + Limits.REFUSED_STREAM.toSeconds() + " s at\nmost")
                .contains("1 to " + Limits.NAME + " printable")
                .contains("1 to " + Limits.TYPE + " printable")
                .contains("up to " + Limits.LOCAL + " characters");
    }

    private static List<String> conversation() {
        return Specification.examples("conversation").get(0).body().lines().toList();
    }

    /** What the authentication messages carry, in their order. */
    private static List<JsonNode> logins() throws IOException {
        List<JsonNode> logins = new ArrayList<>();
        for (String line : conversation()) {
            JsonNode message = Script.JSON.readTree(line.substring(2));
            if (message.get("type").asText().startsWith("auth_")) {
                logins.add(message.get("data"));
            }
        }
        return logins;
    }

    private static TunnelRequest request(String name) {
        return new TunnelRequest(name, "tcp", OnConflict.REJECT, "127.0.0.1:3000", Map.of("port", 7000));
    }

    private static String messageOf(DialResult result) {
        return result.failure() == null ? "" : result.failure().getMessage();
    }

    private static InetSocketAddress address(String text) {
        if (text.equals("-")) {
            return null;
        }
        HostPort address = HostPort.parse(text);
        return new InetSocketAddress(address.host(), address.port());
    }

    private static byte[] bytes(String hex) {
        return ByteBufUtil.decodeHexDump(hex.replaceAll("\\s", ""));
    }

    private static byte[] data(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText());
    }

    /** Expects and answers what the page has. */
    private record ScriptedAuthenticator(Queue<JsonNode> lines) implements Authenticator {

        @Override
        public List<String> mechanisms(AuthenticationContext context) {
            return List.of("SCRAM-SHA-256");
        }

        @Override
        public Exchange begin(String mechanism, AuthenticationContext context) {
            return message -> {
                if (!Arrays.equals(message, data(lines.remove()))) {
                    return CompletableFuture.failedFuture(new AssertionError("another message than the page's"));
                }
                byte[] answer = data(lines.remove());
                return CompletableFuture.completedFuture(
                        lines.isEmpty()
                                ? new Verdict.Accepted(Principal.of("user"), answer)
                                : new Verdict.Challenge(answer));
            };
        }
    }

    /** Says what the page has, and expects the page's answers. */
    private record ScriptedCredential(Queue<JsonNode> lines) implements Credential {

        @Override
        public Optional<String> choose(List<String> offered, AuthenticationContext context) {
            return offered.stream().findFirst();
        }

        @Override
        public Proof begin(String mechanism, AuthenticationContext context) {
            return new Proof() {
                @Override
                public CompletionStage<byte[]> first() {
                    return CompletableFuture.completedFuture(data(lines.remove()));
                }

                @Override
                public CompletionStage<byte[]> answer(byte[] challenge) {
                    assertThat(challenge).isEqualTo(data(lines.remove()));
                    return CompletableFuture.completedFuture(data(lines.remove()));
                }

                @Override
                public CompletionStage<Void> finish(byte[] message) {
                    assertThat(message).isEqualTo(data(lines.remove()));
                    return CompletableFuture.completedFuture(null);
                }
            };
        }
    }
}
