package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is sealed is opened; what happens to it on the way is noticed. */
class MessagesTest {

    private static final byte[] KEY = KeyPair25519.randomKey();

    private final AtomicLong clock = new AtomicLong();
    private NoiseCipher cipher = NoiseCipher.AESGCM;

    @ParameterizedTest
    @EnumSource(NoiseCipher.class)
    void aKeyIsRenewedAfterItsMessages(NoiseCipher kind) throws NoiseException {
        cipher = kind;
        Rekeying rekeying = new Rekeying(true, 3, Long.MAX_VALUE);
        Sealer sealer = sealer(rekeying);
        Opener opener = opener(rekeying);
        List<Integer> lengths = new ArrayList<>();

        for (int i = 1; i <= 10; i++) {
            for (byte[] message : messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[i], i))) {
                lengths.add(opener.open(message, message.length, new byte[100]));
            }
        }

        assertThat(lengths).containsExactly(1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10);
        assertThat(opener.isEnded()).isFalse();
    }

    @Test
    void aKeyIsRenewedAfterItsTime() throws NoiseException {
        Rekeying rekeying = new Rekeying(true, 1000, 50);
        Sealer sealer = sealer(rekeying);
        assertThat(messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1)))
                .hasSize(1);

        clock.set(50);

        assertThat(messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1)))
                .hasSize(2);
        assertThat(messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1)))
                .hasSize(1);
    }

    @Test
    void withoutRenewalAKeyEndsTheConnection() throws NoiseException {
        Sealer sealer = sealer(new Rekeying(false, 2, 1));
        clock.set(1000);
        sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1).release();
        sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1).release();

        assertThatThrownBy(() -> sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1))
                .isInstanceOf(NoiseException.class)
                .hasMessageContaining("2 messages under one key");
    }

    @Test
    void theNoncesEndBeforeTheyComeAgain() throws NoiseException {
        CipherState state = state();
        state.setNonce(-2);
        state.seal(new byte[0], new byte[1], 0, 1, new byte[17], 0);

        assertThatThrownBy(() -> state.seal(new byte[0], new byte[1], 0, 1, new byte[17], 0))
                .isInstanceOf(NoiseException.class)
                .hasMessageContaining("used up");
    }

    @Test
    void theEndIsToldFromARenewalAndNothingComesAfterIt() throws NoiseException {
        for (Rekeying rekeying : List.of(Rekeying.ON, Rekeying.OFF)) {
            Sealer sealer = sealer(rekeying);
            Opener opener = opener(rekeying);
            List<byte[]> all = new ArrayList<>(messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1)));
            all.addAll(messages(sealer.end(ByteBufAllocator.DEFAULT)));
            for (byte[] message : all) {
                assertThat(opener.isEnded()).isFalse();
                opener.open(message, message.length, new byte[100]);
            }
            assertThat(opener.isEnded()).isTrue();
            byte[] late = messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[1], 1))
                    .get(0);
            assertThatThrownBy(() -> opener.open(late, late.length, new byte[100]))
                    .isInstanceOf(NoiseException.class);
        }
    }

    @Test
    void whatIsRepeatedReorderedLeftOutOrShortIsRefused() throws NoiseException {
        Sealer sealer = sealer(Rekeying.ON);
        byte[] first = messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[9], 9))
                .get(0);
        byte[] second = messages(sealer.message(ByteBufAllocator.DEFAULT, new byte[9], 9))
                .get(0);

        refused(opener(Rekeying.ON), second);
        Opener repeated = opener(Rekeying.ON);
        repeated.open(first, first.length, new byte[100]);
        refused(repeated, first);
        for (int length = 0; length < first.length; length++) {
            refused(opener(Rekeying.ON), Arrays.copyOf(first, length));
        }
    }

    @Test
    void aReaderFindsEveryMessageHoweverTheBytesAreCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> sent = new ArrayList<>();
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[i % 20 == 0 ? FrameReader.MAX_BYTES : random.nextInt(3000)];
            random.nextBytes(message);
            sent.add(message);
            wire.writeShort(message.length).writeBytes(message);
        }
        FrameReader reader = new FrameReader();
        List<byte[]> found = new ArrayList<>();
        while (wire.isReadable()) {
            ByteBuf part = wire.readSlice(Math.min(wire.readableBytes(), 1 + random.nextInt(5000)));
            while (reader.next(part)) {
                found.add(Arrays.copyOf(reader.message(), reader.length()));
            }
            assertThat(part.isReadable()).isFalse();
        }
        assertThat(found).as("seed %d", seed).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(found.get(i)).as("seed %d", seed).isEqualTo(sent.get(i));
        }
    }

    @Test
    void twoBytesBuyNoMemory() {
        FrameReader reader = new FrameReader();

        reader.next(Unpooled.wrappedBuffer(new byte[] {(byte) 0xff, (byte) 0xff, 0}));

        assertThat(reader.message().length).isLessThanOrEqualTo(1024);
    }

    private void refused(Opener opener, byte[] message) {
        assertThatThrownBy(() -> opener.open(message, message.length, new byte[100]))
                .isInstanceOf(NoiseException.class);
    }

    private Sealer sealer(Rekeying rekeying) {
        return new Sealer(state(), rekeying, clock::get);
    }

    private Opener opener(Rekeying rekeying) {
        return new Opener(state(), rekeying);
    }

    private CipherState state() {
        CipherState state = new CipherState(cipher);
        state.initializeKey(KEY);
        return state;
    }

    private static List<byte[]> messages(ByteBuf wire) {
        FrameReader reader = new FrameReader();
        List<byte[]> found = new ArrayList<>();
        try {
            while (reader.next(wire)) {
                found.add(Arrays.copyOf(reader.message(), reader.length()));
            }
            assertThat(ByteBufUtil.getBytes(wire)).isEmpty();
            return found;
        } finally {
            wire.release();
        }
    }
}
