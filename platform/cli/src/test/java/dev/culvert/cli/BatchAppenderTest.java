package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BatchAppenderTest {

    private final LoggerContext context = new LoggerContext();
    private final Lines out = new Lines();
    private final Logger logger = context.getLogger("test");

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        BatchAppender appender = new BatchAppender(encoder, out);
        appender.setContext(context);
        appender.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void aLineAfterAPauseNeedsNoOtherToBeWritten() {
        for (int i = 0; i < 3; i++) {
            String line = "line " + i;
            logger.info(line);

            await().until(() -> out.text().contains(line));
        }
    }

    @Test
    void everyLineIsWrittenInItsOrderAndManyAtATime() {
        IntStream.range(0, 5_000).forEach(i -> logger.info("line {}", i));
        context.stop();

        assertThat(out.text().lines())
                .containsExactlyElementsOf(
                        IntStream.range(0, 5_000).mapToObj(i -> "line " + i).toList());
        assertThat(out.writes.get()).isLessThan(500);
    }

    @Test
    void whatIsQueuedIsWrittenBeforeTheEnd() {
        logger.info("last words");
        context.stop();

        assertThat(out.text()).isEqualToIgnoringNewLines("last words");
    }

    @Test
    void anOutputThatFailsIsTriedAgainForTheNextLine() {
        out.broken = true;
        logger.info("lost");
        await().until(() -> out.writes.get() > 0);
        out.broken = false;
        logger.info("written");

        await().until(() -> out.text().contains("written"));
    }

    /** What was written, and in how many calls. */
    private static final class Lines extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final AtomicInteger writes = new AtomicInteger();
        private volatile boolean broken;

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] part, int offset, int length) throws IOException {
            writes.incrementAndGet();
            if (broken) {
                throw new IOException("broken");
            }
            bytes.write(part, offset, length);
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
