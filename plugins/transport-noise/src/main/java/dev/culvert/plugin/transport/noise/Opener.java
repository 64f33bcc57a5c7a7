package dev.culvert.plugin.transport.noise;

/** What one end receives: the counterpart of {@link Sealer}. */
final class Opener {

    private static final byte[] NOTHING = {};

    private final CipherState cipher;
    private final Rekeying rekeying;
    private boolean afterEmpty;
    private boolean ended;

    Opener(CipherState cipher, Rekeying rekeying) {
        this.cipher = cipher;
        this.rekeying = rekeying;
    }

    /**
     * Opens one message.
     *
     * @param plain takes what it says, from its beginning
     * @return how much that is; 0 for a message that only renews the key or {@linkplain #isEnded() ends} the direction
     * @throws NoiseException if it was changed, repeated, left out or invented on the way, or came after the end
     */
    int open(byte[] sealed, int length, byte[] plain) throws NoiseException {
        if (ended) {
            throw new NoiseException("a message after the last one");
        }
        int size = cipher.open(NOTHING, sealed, 0, length, plain, 0);
        if (size > 0) {
            afterEmpty = false;
        } else if (afterEmpty || !rekeying.renews()) {
            ended = true;
        } else {
            afterEmpty = true;
            cipher.rekey();
        }
        return size;
    }

    /** Whether the peer has said that nothing follows. */
    boolean isEnded() {
        return ended;
    }
}
