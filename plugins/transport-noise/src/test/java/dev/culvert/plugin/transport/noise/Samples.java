package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TestPluginContext;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Both ends of each pattern, with keys that are made once. */
final class Samples {

    static final byte[] SERVER = KeyPair25519.randomKey();
    static final byte[] CLIENT = KeyPair25519.randomKey();
    static final byte[] STRANGER = KeyPair25519.randomKey();
    static final Secret PSK = Secret.of(Keys.text(KeyPair25519.randomKey()));
    static final Secret OTHER_PSK = Secret.of(Keys.text(KeyPair25519.randomKey()));

    private Samples() {}

    static Transport server(String pattern) {
        return server(pattern, NoiseCipher.AESGCM, pattern.contains("psk") ? PSK : null);
    }

    static Transport server(String pattern, NoiseCipher cipher, @Nullable Secret psk) {
        return server(pattern, cipher, psk, Rekey.ON);
    }

    static Transport server(String pattern, NoiseCipher cipher, @Nullable Secret psk, Rekey rekey) {
        List<NoisePeer> peers = pattern.startsWith("NK")
                ? List.of()
                : List.of(
                        new NoisePeer(publicKey(KeyPair25519.randomKey()), "bob", null),
                        new NoisePeer(publicKey(CLIENT), "alice", "acme"));
        return build(Role.SERVER, new NoiseTransportFactory(pattern, cipher, psk, secret(SERVER), null, peers, rekey));
    }

    static Transport client(String pattern) {
        return client(pattern, CLIENT, SERVER);
    }

    static Transport client(String pattern, byte[] own, byte[] pinned) {
        return client(pattern, NoiseCipher.AESGCM, own, pinned, pattern.contains("psk") ? PSK : null);
    }

    static Transport client(String pattern, NoiseCipher cipher, byte[] own, byte[] pinned, @Nullable Secret psk) {
        return client(pattern, cipher, own, pinned, psk, Rekey.ON);
    }

    static Transport client(
            String pattern, NoiseCipher cipher, byte[] own, byte[] pinned, @Nullable Secret psk, Rekey rekey) {
        return build(
                Role.CLIENT,
                new NoiseTransportFactory(
                        pattern,
                        cipher,
                        psk,
                        pattern.startsWith("NK") ? null : secret(own),
                        publicKey(pinned),
                        null,
                        rekey));
    }

    static Secret secret(byte[] key) {
        return Secret.of(Keys.text(key));
    }

    static String publicKey(byte[] privateKey) {
        return Keys.text(KeyPair25519.of(privateKey).publicKey());
    }

    private static Transport build(Role role, NoiseTransportFactory factory) {
        try (TestPluginContext context = new TestPluginContext(role, Path.of("nowhere"))) {
            return factory.build(context);
        }
    }
}
