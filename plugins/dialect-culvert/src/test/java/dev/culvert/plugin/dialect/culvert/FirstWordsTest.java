package dev.culvert.plugin.dialect.culvert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ErrorType;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The two binary beginnings of a stream: its header and the result of its dial. */
final class FirstWordsTest {

    @Test
    void anIncompleteHeaderIsLeftAlone() {
        var origin = new StreamOrigin(new InetSocketAddress("203.0.113.9", 1), new InetSocketAddress("2001:db8::1", 2));
        ByteBuf whole = new StreamHeader(7, origin).encode(ByteBufAllocator.DEFAULT);
        for (int length = 0; length < whole.readableBytes(); length++) {
            ByteBuf part = whole.slice(0, length);

            assertThat(StreamHeader.decode(part)).isNull();
            assertThat(part.readableBytes()).isEqualTo(length);
        }
        assertThat(StreamHeader.decode(whole)).isEqualTo(new StreamHeader(7, origin));
        whole.release();
    }

    @Test
    void anAddressThatDoesNotResolveIsNone() {
        var origin = new StreamOrigin(InetSocketAddress.createUnresolved("example.com", 80), null);
        ByteBuf written = new StreamHeader(1, origin).encode(ByteBufAllocator.DEFAULT);

        assertThat(StreamHeader.decode(written)).isEqualTo(new StreamHeader(1, StreamOrigin.UNKNOWN));
        written.release();
    }

    @Test
    void anIncompleteResultIsLeftAlone() {
        ByteBuf whole = failure(ServiceError.TIMEOUT, "too late ✓");
        for (int length = 0; length < whole.readableBytes(); length++) {
            ByteBuf part = whole.slice(0, length);

            assertThat(DialResult.decode(part)).isNull();
            assertThat(part.readableBytes()).isEqualTo(length);
        }
        assertThat(DialResult.decode(whole).failure().detail()).isEqualTo("too late ✓");
        whole.release();
    }

    @Test
    void aLongDetailIsCutBetweenCharacters() {
        ByteBuf written = failure(ServiceError.FAILED, "x" + "✓".repeat(1000));

        DialResult read = DialResult.decode(written);
        assertThat(read.failure().detail()).isEqualTo("x" + "✓".repeat(341));
        assertThat(written.isReadable()).isFalse();
        written.release();
    }

    @Test
    void aCodeOfAnotherAuthorTravelsInTheDetail() {
        ByteBuf written = failure(new Acme(), "out of anvils.");

        CulvertException read = DialResult.decode(written).failure();
        assertThat(read.code()).isEqualTo(ServiceError.FAILED);
        assertThat(read.detail()).isEqualTo("ACME-1: out of anvils.");
        written.release();
    }

    @Test
    void anyBytesDecodeOrFailCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[0] = (byte) (random.nextBoolean() ? StreamHeader.VERSION_AND_FLAGS : 1);
            }
            for (Runnable decoding : new Runnable[] {
                () -> StreamHeader.decode(Unpooled.wrappedBuffer(bytes)),
                () -> DialResult.decode(Unpooled.wrappedBuffer(bytes))
            }) {
                Throwable failure = catchThrowable(decoding::run);
                if (failure != null) {
                    assertThat(failure)
                            .as("seed %d, try %d", seed, i)
                            .isInstanceOfSatisfying(
                                    CulvertException.class,
                                    e -> assertThat(e.code()).isEqualTo(WireError.PROTOCOL_VIOLATION));
                }
            }
        }
    }

    private static ByteBuf failure(ErrorCode code, String detail) {
        return new DialResult(new CulvertException(code, detail)).encode(ByteBufAllocator.DEFAULT);
    }

    private record Acme() implements ErrorCode {

        @Override
        public String prefix() {
            return "ACME";
        }

        @Override
        public int number() {
            return 1;
        }

        @Override
        public ErrorType type() {
            return ErrorType.EXTERNAL;
        }

        @Override
        public String remedy() {
            return "Order more.";
        }
    }
}
