package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.testkit.LinkPair.StreamPair;
import dev.culvert.testkit.MultiplexerTck.Wire;
import dev.culvert.testkit.MultiplexerTck.WireLimits;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Two links of the multiplexer under test, new for each test. */
@ParameterizedClass
@Timeout(60)
@MethodSource("dev.culvert.testkit.Loops#available")
abstract class MultiplexerFixture {

    // More than any window, so that a writer stops for want of credit long before.
    private static final int FAR_TOO_MUCH = 64 << 20;

    static final WireLimits USUAL = new WireLimits(16_384, 256, Duration.ofSeconds(10), Duration.ofSeconds(15));

    @Parameter
    @SuppressWarnings("NullAway.Init")
    Loops loops;

    @SuppressWarnings("NullAway.Init")
    LinkPair links;

    /**
     * A multiplexer as its users get it, but for a few limits.
     *
     * @param limits the limits
     */
    protected abstract Multiplexer multiplexer(WireLimits limits);

    /** What a client that does not keep to the rules would send. */
    protected abstract Wire wire();

    @BeforeEach
    final void connect() {
        links = LinkPair.open(loops, multiplexer(USUAL), multiplexer(USUAL));
    }

    @AfterEach
    final void releasesEveryBuffer() {
        links.close();
        LeakDetection.check();
    }

    /** Writes as a bridge does, as long as the stream is writable; says how many bytes that were. */
    int writeUntilStopped(StreamPair stream) {
        int written = 0;
        byte[] chunk = new byte[16 * 1024];
        while (stream.nearChannel().isWritable()) {
            assertThat(written).as("bytes written while nobody reads").isLessThan(FAR_TOO_MUCH);
            stream.near().write(chunk);
            written += chunk.length;
            links.settle();
        }
        return written;
    }

    static void assertFailsWith(Future<?> future, ErrorCode code) {
        assertThat(future.awaitUninterruptibly(5, TimeUnit.SECONDS)).as("done").isTrue();
        assertThat(future.cause())
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
