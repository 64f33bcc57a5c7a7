package dev.culvert.plugin.transport.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a transport was built with, the same for all of its connections.
 *
 * @param pattern who says what
 * @param cipher what seals
 * @param ownStatic this end's key, where the pattern has one for it
 * @param pin the server's public key, at a client
 * @param psk what both ends know besides their keys, where the pattern has one
 * @param peers whom a server knows by their public keys in base64; empty: everybody may come in
 * @param rekeying how long a key is used
 */
record NoiseSettings(
        HandshakePattern pattern,
        NoiseCipher cipher,
        @Nullable KeyPair25519 ownStatic,
        byte @Nullable [] pin,
        byte @Nullable [] psk,
        Map<String, Principal> peers,
        Rekeying rekeying) {

    /** What both ends have to agree on before the first byte, and neither could otherwise be sure of. */
    byte[] prologue() {
        return ("culvert/1 " + pattern.protocolName(cipher) + " rekey=" + (rekeying.renews() ? "on" : "off"))
                .getBytes(US_ASCII);
    }

    HandshakeState handshake(boolean initiator, byte @Nullable [] otherStatic) {
        List<byte[]> psks = psk == null ? List.of() : Collections.nCopies(pattern.psks(), psk);
        return new HandshakeState(
                pattern, cipher, initiator, prologue(), ownStatic, otherStatic, psks, KeyPair25519.generate());
    }
}
