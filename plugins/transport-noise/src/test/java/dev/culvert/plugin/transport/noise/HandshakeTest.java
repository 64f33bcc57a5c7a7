package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.plugin.transport.noise.Conversation.Step;
import dev.culvert.spi.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both parts face to face, with what lies between them changing bytes. */
class HandshakeTest {

    @ParameterizedTest
    @ValueSource(strings = {"NK", "XX", "IK", "KK", "NKpsk0", "NKpsk2", "XXpsk3", "IKpsk1", "KKpsk2"})
    void aChangedByteAnywhereEndsIt(String pattern) throws NoiseException {
        List<byte[]> messages = run(pattern, -1, 0);
        assertThat(messages).hasSizeBetween(2, 4);

        for (int number = 0; number < messages.size(); number++) {
            for (int at = 0; at < messages.get(number).length; at++) {
                int message = number;
                int place = at;
                Throwable failure = catchThrowable(() -> run(pattern, message, place));
                // The highest bit of a public key does not count (RFC 7748), but the hash of what was said does.
                assertThat(failure)
                        .as("%s, byte %d of message %d", pattern, at, number)
                        .isInstanceOf(Refused.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NK", "XX", "IK", "KK", "NKpsk2"})
    void anyBytesAreRefused(String pattern) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Conversation end = i % 2 == 0 ? new ServerHandshake(server(pattern)) : new ClientHandshake(client(pattern));
            end.begin();

            Step step = end.hear(bytes);

            boolean xxBegan = pattern.equals("XX") && i % 2 == 0 && bytes.length >= KeyPair25519.BYTES;
            assertThat(step.established()).as("seed %d", seed).isNull();
            assertThat(step.failure() != null).as("seed %d", seed).isNotEqualTo(xxBegan);
        }
    }

    @Test
    void aRepeatedFirstMessageGivesNobodyTheKeys() throws NoiseException {
        ClientHandshake client = new ClientHandshake(client("IK"));
        byte[] first = client.begin();
        Step original = new ServerHandshake(server("IK")).hear(first);
        Step repeated = new ServerHandshake(server("IK")).hear(first);

        assertThat(repeated.established().hash())
                .isNotEqualTo(original.established().hash());
        CipherState captured = client.hear(original.answer()).established().sending();
        byte[] message = new byte[21];
        captured.seal(new byte[0], "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, 5, message, 0);
        CipherState receiving = repeated.established().receiving();
        assertThat(catchThrowable(() -> receiving.open(new byte[0], message, 0, 21, new byte[21], 0)))
                .isInstanceOf(NoiseException.class);
        CipherState right = original.established().receiving();
        assertThatCode(() -> right.open(new byte[0], message, 0, 21, new byte[21], 0))
                .doesNotThrowAnyException();
    }

    @Test
    void aPointOfSmallOrderIsRefused() {
        byte[] zero = new byte[96];

        Step step = new ServerHandshake(server("NK")).hear(zero);

        assertThat(step.failure()).isNotNull();
    }

    private static List<byte[]> run(String pattern, int changed, int at) throws NoiseException {
        Conversation client = new ClientHandshake(client(pattern));
        Conversation server = new ServerHandshake(server(pattern));
        List<byte[]> said = new ArrayList<>();
        byte[] message = client.begin();
        Conversation.Established[] ends = new Conversation.Established[2];
        for (boolean atServer = true; message != null; atServer = !atServer) {
            said.add(message.clone());
            if (said.size() - 1 == changed) {
                message[at] ^= (byte) 0x80;
            }
            Step step = (atServer ? server : client).hear(message);
            if (step.failure() != null) {
                throw new Refused(step.failure().getMessage());
            }
            if (step.established() != null) {
                ends[atServer ? 1 : 0] = step.established();
            }
            message = step.answer();
        }
        assertThat(ends[0].hash()).isEqualTo(ends[1].hash());
        return said;
    }

    private static NoiseSettings server(String pattern) {
        return settings(
                pattern, Samples.SERVER, null, Map.of(Samples.publicKey(Samples.CLIENT), Principal.of("alice")));
    }

    private static NoiseSettings client(String pattern) {
        return settings(pattern, Samples.CLIENT, KeyPair25519.of(Samples.SERVER).publicKey(), Map.of());
    }

    private static NoiseSettings settings(
            String name, byte[] own, byte @Nullable [] pin, Map<String, Principal> peers) {
        HandshakePattern pattern = HandshakePattern.parse(name);
        return new NoiseSettings(
                pattern,
                NoiseCipher.AESGCM,
                KeyPair25519.of(own),
                pin,
                pattern.psks() > 0 ? Keys.bytes("psk", Samples.PSK) : null,
                pattern.initiatorHasKey() ? peers : Map.of(),
                Rekeying.ON);
    }

    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }
}
