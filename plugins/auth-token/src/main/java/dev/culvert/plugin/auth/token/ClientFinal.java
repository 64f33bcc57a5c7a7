package dev.culvert.plugin.auth.token;

/**
 * {@code channel-binding "," nonce ["," extensions] "," proof} of RFC 5802, section 7.
 *
 * @param withoutProof the message up to the proof, as it is signed
 * @param channelBinding the header of the first message and what it announced
 * @param nonce both halves
 * @param proof {@code ClientKey XOR ClientSignature}
 */
record ClientFinal(String withoutProof, byte[] channelBinding, String nonce, byte[] proof) {

    private static final String PROOF = ",p=";

    ClientFinal {
        if (proof.length != Scram.HASH_BYTES) {
            throw new IllegalArgumentException("a proof of " + proof.length + " bytes (expected: 32)");
        }
    }

    static ClientFinal parse(String message) {
        int proofAt = message.lastIndexOf(PROOF);
        if (proofAt < 0) {
            throw new IllegalArgumentException("a message without a proof");
        }
        String withoutProof = message.substring(0, proofAt);
        MessageReader reader = new MessageReader(withoutProof);
        byte[] channelBinding = Scram.unbase64(reader.attribute('c'));
        String nonce = reader.attribute('r');
        reader.skipExtensions();
        byte[] proof = Scram.unbase64(message.substring(proofAt + PROOF.length()));
        return new ClientFinal(withoutProof, channelBinding, nonce, proof);
    }

    /** What is signed of a message to be sent. */
    static String withoutProof(byte[] channelBinding, String nonce) {
        return "c=" + Scram.base64(channelBinding) + ",r=" + nonce;
    }

    String format() {
        return withoutProof + PROOF + Scram.base64(proof);
    }

    @Override
    public String toString() {
        return "ClientFinal[****]";
    }
}
