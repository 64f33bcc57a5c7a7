package dev.culvert.plugin.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class YamuxHeaderTest {

    @ParameterizedTest
    @CsvSource({
        // version, type, flags, stream, length
        "1, 1, 3, 262144, 00 01 0001 00000003 00040000",
        "1, 2, 1, 0, 00 01 0002 00000001 00000000",
        "0, 0, 7, 65536, 00 00 0000 00000007 00010000",
        "0, 4, 2, 0, 00 00 0004 00000002 00000000",
        "1, 8, -1, 0, 00 01 0008 ffffffff 00000000",
        "2, 1, 0, 305419896, 00 02 0001 00000000 12345678",
        "2, 2, 0, 305419896, 00 02 0002 00000000 12345678",
        "3, 0, 0, 1, 00 03 0000 00000000 00000001",
    })
    void isTheBytesTheSpecificationShows(int type, int flags, int streamId, int length, String bytes) {
        YamuxHeader header = new YamuxHeader(type, flags, streamId, length);
        ByteBuf out = Unpooled.buffer();

        header.write(out);

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(bytes.replace(" ", ""));
        assertThat(YamuxHeader.read(out)).isEqualTo(header);
    }

    @Test
    void saysWhatItIs() {
        assertThat(new YamuxHeader(YamuxHeader.TYPE_WINDOW_UPDATE, 3, 7, 262144))
                .hasToString("WINDOW_UPDATE frame, flags SYN|ACK (0x0003), stream 7, length 262144");
        assertThat(new YamuxHeader(YamuxHeader.TYPE_DATA, 0, -1, -1))
                .hasToString("DATA frame, flags 0x0000, stream 4294967295, length 4294967295");
        assertThat(new YamuxHeader(YamuxHeader.TYPE_DATA, 0x8010, 1, 0))
                .hasToString("DATA frame, flags 0x8010, stream 1, length 0");
    }

    @Test
    void anyBytesDecodeOrFailCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[YamuxHeader.BYTES];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(bytes);
            bytes[0] &= 1;
            Throwable failure = catchThrowable(() -> YamuxHeader.read(Unpooled.wrappedBuffer(bytes)));
            if (failure != null) {
                assertThat(failure).as("seed %d", seed).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
