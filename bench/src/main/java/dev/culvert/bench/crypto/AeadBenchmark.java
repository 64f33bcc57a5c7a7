package dev.culvert.bench.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One message sealed or opened as the Noise transport does it, from a socket's direct memory and to it: through arrays
 * with a copy on each side, or in direct memory all the way.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class AeadBenchmark {

    private static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;

    /** The cipher. */
    @Param({"AES/GCM/NoPadding", "ChaCha20-Poly1305"})
    public String cipher = "AES/GCM/NoPadding";

    /** The length of the plaintext. */
    @Param({"1024", "65519"})
    public int bytes = 65519;

    /** Where the cipher works. */
    @Param({"heap", "direct"})
    public String memory = "heap";

    private final byte[] in = new byte[1 << 16];
    private final byte[] out = new byte[1 << 16];
    private @Nullable SecretKeySpec key;
    private @Nullable Cipher sealer;
    private @Nullable Cipher opener;
    private ByteBuffer plain = ByteBuffer.allocateDirect(1 << 16);
    private ByteBuffer sealed = ByteBuffer.allocateDirect(1 << 16);
    private ByteBuffer target = ByteBuffer.allocateDirect(1 << 16);
    private long nonce;

    /** Makes ciphers and one sealed message. */
    @Setup
    public void prepare() throws GeneralSecurityException {
        key = new SecretKeySpec(new byte[32], cipher.startsWith("AES") ? "AES" : "ChaCha20");
        sealer = Cipher.getInstance(cipher);
        opener = Cipher.getInstance(cipher);
        plain = ByteBuffer.allocateDirect(bytes);
        sealed = ByteBuffer.allocateDirect(bytes + TAG_BYTES);
        target = ByteBuffer.allocateDirect(bytes + TAG_BYTES);
        run(sealer, Cipher.ENCRYPT_MODE, -1, plain, sealed);
    }

    /** Seals. */
    @Benchmark
    public ByteBuffer seal() throws GeneralSecurityException {
        run(sealer, Cipher.ENCRYPT_MODE, nonce++, plain, target);
        return target;
    }

    /** Opens, always the same message. */
    @Benchmark
    public ByteBuffer open() throws GeneralSecurityException {
        run(opener, Cipher.DECRYPT_MODE, -1, sealed, target);
        return target;
    }

    private void run(@Nullable Cipher with, int mode, long number, ByteBuffer from, ByteBuffer to)
            throws GeneralSecurityException {
        if (with == null) {
            throw new IllegalStateException("not set up");
        }
        with.init(mode, key, parameters(number));
        from.clear();
        to.clear();
        if (memory.equals("direct")) {
            with.doFinal(from, to);
        } else {
            int length = from.remaining();
            from.get(in, 0, length);
            to.put(out, 0, with.doFinal(in, 0, length, out, 0));
        }
    }

    private AlgorithmParameterSpec parameters(long number) {
        byte[] iv = ByteBuffer.allocate(NONCE_BYTES)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(4, number)
                .array();
        return cipher.startsWith("AES") ? new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv) : new IvParameterSpec(iv);
    }
}
