package dev.culvert.plugin.transport.noise;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** The two ciphers of the specification, section 12.3 and 12.4, by the names they have in a protocol name. */
public enum NoiseCipher {

    /** AES-256 in Galois/Counter Mode: fast wherever the processor knows AES. */
    @JsonProperty("AESGCM")
    AESGCM("AES/GCM/NoPadding", "AES", ByteOrder.BIG_ENDIAN),

    /** ChaCha20 and Poly1305: for processors that do not. */
    @JsonProperty("ChaChaPoly")
    CHACHAPOLY("ChaCha20-Poly1305", "ChaCha20", ByteOrder.LITTLE_ENDIAN);

    private static final int NONCE_BYTES = 12;
    private static final int COUNTER_AT = 4;

    final String transformation;
    final String keyAlgorithm;
    private final ByteOrder order;

    NoiseCipher(String transformation, String keyAlgorithm, ByteOrder order) {
        this.transformation = transformation;
        this.keyAlgorithm = keyAlgorithm;
        this.order = order;
    }

    /** Its name inside a protocol name. */
    String noiseName() {
        return this == AESGCM ? "AESGCM" : "ChaChaPoly";
    }

    AlgorithmParameterSpec parameters(long nonce) {
        byte[] iv = ByteBuffer.allocate(NONCE_BYTES)
                .order(order)
                .putLong(COUNTER_AT, nonce)
                .array();
        return this == AESGCM ? new GCMParameterSpec(CipherState.TAG_BYTES * Byte.SIZE, iv) : new IvParameterSpec(iv);
    }
}
