package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TestPluginContext;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not go together is refused at the start, with the keys that do not. */
class NoiseTransportFactoryTest {

    private static final String PIN = Samples.publicKey(Samples.SERVER);
    private static final Secret OWN = Samples.secret(Samples.CLIENT);
    private static final NoisePeer PEER = new NoisePeer(Samples.publicKey(Samples.CLIENT), "alice", null);

    @TempDir
    private Path directory;

    @Test
    void aPskPatternNeedsAPskAndAnotherHasNone() {
        refused(Role.CLIENT, section("NKpsk2", null, null, PIN), "pattern = \"NKpsk2\" needs one");
        refused(Role.CLIENT, section("NK", Samples.PSK, null, PIN), "pattern = \"NK\" has none");
        refused(Role.SERVER, section("XXpsk3", null, null, null), "needs one");
    }

    @Test
    void aServerHasNoPin() {
        refused(Role.SERVER, section("NK", null, null, PIN), "pin is a client's key");
    }

    @Test
    void aClientNeedsAPin() {
        for (String pattern : List.of("NK", "XX", "IK", "KK")) {
            CulvertException told = refusal(Role.CLIENT, section(pattern, null, null, null));
            assertThat(told.code()).isEqualTo(ConfigError.INVALID_VALUE);
            assertThat(told.getMessage()).contains("pin is missing");
        }
    }

    @Test
    void aClientHasNoPeers() {
        refused(Role.CLIENT, section("IK", null, null, PIN, PEER), "peer is a server's key");
    }

    @Test
    void aClientWithNkHasNoKey() {
        refused(Role.CLIENT, section("NK", null, OWN, PIN), "private_key: a client has none");
    }

    @Test
    void aServerWithNkHasNoPeers() {
        refused(Role.SERVER, section("NK", null, null, null, PEER), "IK would give it one");
    }

    @Test
    void aServerWithKkNeedsPeersAndNotTooMany() {
        NoisePeer[] many = IntStream.rangeClosed(0, 16)
                .mapToObj(i -> new NoisePeer(Samples.publicKey(KeyPair25519.randomKey()), "p" + i, null))
                .toArray(NoisePeer[]::new);

        refused(Role.SERVER, section("KK", null, null, null), "needs a peer");
        refused(Role.SERVER, section("KK", null, null, null, many), "17 peers (expected: at most 16)");
        assertThatCode(() -> build(Role.SERVER, section("IK", null, null, null, many)))
                .doesNotThrowAnyException();
    }

    @Test
    void aPeerIsThereOnce() {
        NoisePeer again = new NoisePeer(PEER.publicKey(), "bob", null);

        refused(Role.SERVER, section("IK", null, null, null, PEER, again), "is there twice");
    }

    @Test
    void aPskThatIsNoKeyIsRefusedAndNotShown() {
        CulvertException told = refusal(Role.CLIENT, section("NKpsk2", Secret.of("correct horse battery"), null, PIN));

        assertThat(told.code()).isEqualTo(ConfigError.INVALID_VALUE);
        assertThat(told.getMessage()).contains("psk: 21 characters").doesNotContain("horse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NN", "NKpsk3", "XXpsk4", "IKpsk", "NKpsk0+psk2", "nk", ""})
    void otherPatternsAreNotValid(String pattern) {
        assertThat(Pattern.matches(NoiseTransportFactory.PATTERN, pattern)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NK", "XX", "IK", "KK", "NKpsk0", "XXpsk3", "IKpsk2", "KKpsk1"})
    void whatIsValidIsAPattern(String pattern) {
        assertThat(Pattern.matches(NoiseTransportFactory.PATTERN, pattern)).isTrue();
        assertThat(HandshakePattern.parse(pattern).name()).isEqualTo(pattern);
    }

    @Test
    void aServerSaysItsPinAndAClientHasNone() {
        Transport server = build(Role.SERVER, section(null, null, Samples.secret(Samples.SERVER), null));
        Transport client = build(Role.CLIENT, section(null, null, null, PIN));

        assertThat(server.pins()).containsExactly(PIN);
        assertThat(client.pins()).isEmpty();
        assertThat(server.establishesIdentity()).isFalse();
        assertThat(build(Role.SERVER, section("IK", null, null, null, PEER)).establishesIdentity())
                .isTrue();
    }

    private void refused(Role role, NoiseTransportFactory section, String why) {
        CulvertException told = refusal(role, section);
        assertThat(told.code()).isEqualTo(ConfigError.CONFLICTING_KEYS);
        assertThat(told.getMessage()).contains("transport \"noise\": ", why);
    }

    private CulvertException refusal(Role role, NoiseTransportFactory section) {
        CulvertException told = catchThrowableOfType(CulvertException.class, () -> build(role, section));
        assertThat(told).isNotNull();
        return told;
    }

    private Transport build(Role role, NoiseTransportFactory section) {
        try (TestPluginContext context = new TestPluginContext(role, directory)) {
            return section.build(context);
        }
    }

    private static NoiseTransportFactory section(
            @Nullable String pattern,
            @Nullable Secret psk,
            @Nullable Secret privateKey,
            @Nullable String pin,
            NoisePeer... peers) {
        return new NoiseTransportFactory(
                pattern, null, psk, privateKey, pin, peers.length == 0 ? null : List.of(peers), null);
    }
}
