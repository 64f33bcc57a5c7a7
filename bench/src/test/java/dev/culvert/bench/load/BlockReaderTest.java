package dev.culvert.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class BlockReaderTest {

    private final BlockReader reader = new BlockReader();

    @Test
    void isCompleteAfterTheLastByteOfTheLastBlock() throws IOException {
        reader.accept(block(0));
        ByteBuffer last = block(~1);

        reader.accept(last.slice(0, BlockWriter.BLOCK - 1));
        assertThat(reader.complete()).isFalse();
        reader.accept(last.slice(BlockWriter.BLOCK - 1, 1));

        assertThat(reader.complete()).isTrue();
        assertThat(reader.bytes()).isEqualTo(2 * BlockWriter.BLOCK);
    }

    @Test
    void doesNotCareHowTheBytesAreCut() throws IOException {
        ByteBuffer first = block(0);

        reader.accept(first.slice(0, 3));
        reader.accept(first.slice(3, BlockWriter.BLOCK - 3));
        reader.accept(block(1));

        assertThat(reader.bytes()).isEqualTo(2 * BlockWriter.BLOCK);
    }

    @Test
    void refusesAMissingBlock() throws IOException {
        reader.accept(block(0));

        assertThatThrownBy(() -> reader.accept(block(2))).hasMessage("block: 2 (expected: 1)");
    }

    @Test
    void refusesALostByte() throws IOException {
        reader.accept(block(0).limit(BlockWriter.BLOCK - 1));

        assertThatThrownBy(() -> reader.accept(block(1))).isInstanceOf(IOException.class);
    }

    @Test
    void refusesBytesAfterTheEnd() throws IOException {
        reader.accept(block(~0));

        assertThatThrownBy(() -> reader.accept(block(1))).hasMessageContaining("after the last block");
    }

    private static ByteBuffer block(long sequence) {
        return ByteBuffer.allocate(BlockWriter.BLOCK).putLong(0, sequence);
    }
}
