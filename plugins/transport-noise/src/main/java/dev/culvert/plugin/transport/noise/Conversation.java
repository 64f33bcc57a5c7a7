package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import org.jspecify.annotations.Nullable;

/**
 * One end's part in a handshake, without a network: bytes in, bytes out.
 *
 * <p>A client whose key the server does not list is told so under the protection of the handshake: by the payload of the
 * server's last handshake message, or, where the client has the last word (XX), by the server's first message after it.
 */
interface Conversation {

    /** The key is listed, or need not be. An empty payload says the same. */
    byte WELCOME = 0;

    /** The key is not listed. */
    byte NOT_LISTED = 1;

    /** What the other end is told when nothing of what it says can be read: a message without a byte. */
    byte[] UNREADABLE = {};

    /**
     * What this end says before it has heard anything; null for a server.
     *
     * @throws CulvertException if the keys are no keys
     */
    byte @Nullable [] begin();

    /**
     * Hears a message.
     *
     * @return what this end answers
     */
    Step hear(byte[] message);

    /** What the platform is told when the connection ends too early. */
    CulvertException ended();

    /**
     * What follows from a message.
     *
     * @param answer what to say, or null
     * @param established what both ends now have, or null
     * @param failure why it ends here, after the answer; or null
     */
    record Step(
            byte @Nullable [] answer,
            @Nullable Established established,
            @Nullable CulvertException failure) {

        static Step say(byte @Nullable [] answer) {
            return new Step(answer, null, null);
        }

        static Step fail(byte @Nullable [] answer, CulvertException failure) {
            return new Step(answer, null, failure);
        }
    }

    /**
     * What a handshake leads to.
     *
     * @param sending what this end seals with
     * @param receiving what it opens with
     * @param hash the handshake's hash, equal on both ends
     * @param identity the other end's public key in base64, or null
     * @param principal who that is, or null
     */
    record Established(
            CipherState sending,
            CipherState receiving,
            byte[] hash,
            @Nullable String identity,
            @Nullable Principal principal) {}
}
