package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.IssuedKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What both files say about a new key. */
final class KeySections {

    private KeySections() {}

    static IssuedKey issue(@Nullable Path keptIn) {
        byte[] key = KeyPair25519.randomKey();
        String privateKey = Keys.text(key);
        String publicKey = Keys.text(KeyPair25519.of(key).publicKey());
        String reference = keptIn == null
                ? "\"" + privateKey + "\""
                : "{file = \"" + keptIn.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
        String server = """
                transport = {type = "noise", private_key = %s}

                # If it is a client's key instead (pattern XX, IK or KK; no [[auth]] needed then), beside the server's own:
                # transport = {type = "noise", pattern = "IK", peer = [{public_key = "%s", principal = "laptop"}]}
                """.formatted(reference, publicKey);
        String client = """
                transport = {type = "noise", pin = "%s"}

                # If it is the client's own key instead, with the server's public key as pin:
                # transport = {type = "noise", pattern = "IK", pin = "…", private_key = %s}
                """.formatted(publicKey, reference);
        return new IssuedKey(Secret.of(privateKey), publicKey, Secret.of(server), Secret.of(client));
    }
}
