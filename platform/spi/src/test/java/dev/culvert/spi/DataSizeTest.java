package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0B",
        "1000, 1000, 1000B",
        "1B, 1, 1B",
        "256KiB, 262144, 256KiB",
        "256 kib, 262144, 256KiB",
        "16MiB, 16777216, 16MiB",
        "1024MiB, 1073741824, 1GiB",
        "4GiB, 4294967296, 4GiB",
        "64k, 64000, 64000B",
        "1MB, 1000000, 1000000B"
    })
    void aSizeIsReadWithItsUnitAndWrittenWithTheLargest(String text, long bytes, String written) {
        DataSize size = DataSize.parse(text);

        assertThat(size.bytes()).isEqualTo(bytes);
        assertThat(size).hasToString(written);
        assertThat(DataSize.parse(written)).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5MiB", "12 apples", "1i", "99999999999GiB", "1TiBB"})
    void whatIsNoSizeIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> DataSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size: \"" + text + "\" (expected: \"256KiB\"");
    }
}
