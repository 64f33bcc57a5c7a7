package dev.culvert.plugin.transport.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.LongSupplier;

/**
 * What one end sends: messages with their length before them, an empty one before each change of the key, and the mark
 * that says that nothing follows.
 */
final class Sealer {

    /** The most that one message carries. */
    static final int MAX_PLAIN = FrameReader.MAX_BYTES - CipherState.TAG_BYTES;

    private static final byte[] NOTHING = {};
    private static final int EMPTY_FRAME = FrameReader.HEADER_BYTES + CipherState.TAG_BYTES;

    private final CipherState cipher;
    private final Rekeying rekeying;
    private final LongSupplier clock;
    private long messages;
    private long keyedAt;

    Sealer(CipherState cipher, Rekeying rekeying, LongSupplier nanoClock) {
        this.cipher = cipher;
        this.rekeying = rekeying;
        this.clock = nanoClock;
        keyedAt = nanoClock.getAsLong();
    }

    /**
     * One message.
     *
     * @param plain what it says, from its beginning
     * @param length how much of it, 1 to {@link #MAX_PLAIN}
     * @return owned by the caller
     * @throws NoiseException if the key is used up and not to be renewed
     */
    ByteBuf message(ByteBufAllocator allocator, byte[] plain, int length) throws NoiseException {
        boolean due = messages >= rekeying.messages()
                || (rekeying.renews() && clock.getAsLong() - keyedAt >= rekeying.nanos());
        if (due && !rekeying.renews()) {
            throw new NoiseException(messages + " messages under one key (rekey = \"off\")");
        }
        ByteBuf out = allocator.directBuffer((due ? EMPTY_FRAME : 0) + EMPTY_FRAME + length);
        try {
            if (due) {
                empty(out);
                renew();
            }
            frame(out, plain, length);
            return out;
        } catch (NoiseException | RuntimeException e) {
            out.release();
            throw e;
        }
    }

    /** The last message: two empty ones with nothing between them, or one where no key is renewed. */
    ByteBuf end(ByteBufAllocator allocator) throws NoiseException {
        ByteBuf out = allocator.directBuffer(2 * EMPTY_FRAME);
        try {
            empty(out);
            if (rekeying.renews()) {
                renew();
                empty(out);
            }
            return out;
        } catch (NoiseException | RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private void empty(ByteBuf out) throws NoiseException {
        frame(out, NOTHING, 0);
    }

    private void frame(ByteBuf out, byte[] plain, int length) throws NoiseException {
        byte[] sealed = Scratch.ofThisThread().sealed();
        int size = cipher.seal(NOTHING, plain, 0, length, sealed, 0);
        out.writeShort(size).writeBytes(sealed, 0, size);
        messages++;
    }

    private void renew() {
        cipher.rekey();
        messages = 0;
        keyedAt = clock.getAsLong();
    }
}
