package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What other implementations say, byte for byte. */
class VectorsTest {

    private static final Pattern NAME = Pattern.compile("Noise_(\\w+(?:\\+\\w+)*)_25519_(AESGCM|ChaChaPoly)_SHA256");

    static Stream<Arguments> vectors() throws IOException {
        List<Arguments> all = new ArrayList<>();
        for (String file : List.of("cacophony", "snow")) {
            try (InputStream in = VectorsTest.class.getResourceAsStream("/vectors/" + file + ".json")) {
                for (JsonNode vector : new ObjectMapper().readTree(in).get("vectors")) {
                    all.add(Arguments.of(
                            file + " " + vector.get("protocol_name").asText(), vector));
                }
            }
        }
        assertThat(all).hasSize(42);
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void saysTheSameBytes(String name, JsonNode vector) throws NoiseException {
        HandshakeState initiator = state(vector, true);
        HandshakeState responder = state(vector, false);
        CipherState[] initiatorKeys = null;
        CipherState[] responderKeys = null;
        int number = 0;

        for (JsonNode message : vector.get("messages")) {
            byte[] payload = bytes(message, "payload");
            boolean fromInitiator = number++ % 2 == 0;
            byte[] sent;
            byte[] heard;
            if (!initiator.isFinished()) {
                sent = (fromInitiator ? initiator : responder).write(payload);
                heard = (fromInitiator ? responder : initiator).read(sent);
            } else {
                if (initiatorKeys == null || responderKeys == null) {
                    initiatorKeys = initiator.split();
                    responderKeys = responder.split();
                }
                sent = new byte[payload.length + CipherState.TAG_BYTES];
                (fromInitiator ? initiatorKeys : responderKeys)
                        [0].seal(new byte[0], payload, 0, payload.length, sent, 0);
                heard = new byte[payload.length];
                (fromInitiator ? responderKeys : initiatorKeys)[1].open(new byte[0], sent, 0, sent.length, heard, 0);
            }
            assertThat(HexFormat.of().formatHex(sent))
                    .isEqualTo(message.get("ciphertext").asText());
            assertThat(heard).isEqualTo(payload);
        }
        assertThat(initiator.hash()).isEqualTo(responder.hash());
        if (vector.has("handshake_hash")) {
            assertThat(initiator.hash()).isEqualTo(bytes(vector, "handshake_hash"));
        }
    }

    private static HandshakeState state(JsonNode vector, boolean initiator) {
        Matcher name = NAME.matcher(vector.get("protocol_name").asText());
        assertThat(name.matches()).isTrue();
        String side = initiator ? "init_" : "resp_";
        byte[] ownStatic = optional(vector, side + "static");
        List<byte[]> psks = new ArrayList<>();
        if (vector.has(side + "psks")) {
            vector.get(side + "psks").forEach(psk -> psks.add(HexFormat.of().parseHex(psk.asText())));
        }
        return new HandshakeState(
                HandshakePattern.parse(name.group(1)),
                name.group(2).equals("AESGCM") ? NoiseCipher.AESGCM : NoiseCipher.CHACHAPOLY,
                initiator,
                bytes(vector, side + "prologue"),
                ownStatic == null ? null : KeyPair25519.of(ownStatic),
                optional(vector, side + "remote_static"),
                psks,
                KeyPair25519.of(bytes(vector, side + "ephemeral")));
    }

    private static byte @Nullable [] optional(JsonNode vector, String key) {
        return vector.has(key) ? bytes(vector, key) : null;
    }

    private static byte[] bytes(JsonNode node, String key) {
        return HexFormat.of()
                .parseHex(Objects.requireNonNull(node.get(key), key).asText());
    }
}
