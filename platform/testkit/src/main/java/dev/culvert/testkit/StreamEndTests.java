package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.stream.StreamResetException;
import dev.culvert.testkit.LinkPair.StreamPair;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How streams end: cleanly, in one direction or both, or by a reset. */
abstract class StreamEndTests extends ReadWriteTests {

    @Test
    final void halfCloseKeepsTheOtherDirection() {
        byte[] sent = random(3_000_000);
        StreamPair stream = links.open();
        stream.near().read();
        stream.far().read();

        stream.near().write(sent);
        stream.nearChannel().shutdownOutput();
        stream.far().awaitEvent("end");
        assertThat(stream.far().received()).isEqualTo(sent);
        assertThat(stream.nearChannel().isActive()).isTrue();
        stream.far().write(sent);
        stream.farChannel().shutdownOutput();

        stream.near().awaitEvent("end");
        assertThat(stream.near().received()).isEqualTo(sent);
    }

    @Test
    final void halfClosesAThousandTimesInBothDirections() {
        for (int i = 0; i < 1000; i++) {
            StreamPair stream = links.open();
            StreamEnd first = i % 2 == 0 ? stream.near() : stream.far();
            StreamEnd second = i % 2 == 0 ? stream.far() : stream.near();
            first.read();
            second.read();

            first.write("question");
            first.channel().shutdownOutput();
            second.awaitEvent("end");
            second.write("answer");
            second.channel().shutdownOutput();
            first.awaitEvent("end");

            assertThat(second.text()).isEqualTo("question");
            assertThat(first.text()).isEqualTo("answer");
            assertThat(first.failure()).isNull();
            assertThat(second.failure()).isNull();
        }
        await().until(() -> links.near().streams() == 0 && links.far().streams() == 0);
    }

    @Test
    final void aStreamThatHasEndedOnBothSidesCloses() {
        StreamPair stream = links.open();
        stream.near().read();
        stream.far().read();

        stream.nearChannel().shutdownOutput();
        stream.farChannel().shutdownOutput();

        stream.near().awaitEvent("inactive");
        stream.far().awaitEvent("inactive");
        assertThat(stream.near().failure()).isNull();
        assertThat(stream.far().failure()).isNull();
        await().until(() -> links.near().streams() == 0 && links.far().streams() == 0);
    }

    @Test
    final void shuttingTheOutputSendsAllThatWasWrittenBefore() {
        int bytes = 3 * wire().initialWindow();
        StreamPair stream = links.open();
        stream.nearChannel().write(Unpooled.wrappedBuffer(new byte[bytes]));

        ChannelFuture shut = stream.nearChannel().shutdownOutput();
        ChannelFuture late = stream.near().write("too late");

        assertThatThrownBy(() -> LinkPair.get(late)).isInstanceOf(IOException.class);
        links.settle();
        assertThat(shut.isDone()).isFalse();
        stream.far().read();
        stream.far().awaitEvent("end");
        assertThat(stream.far().receivedBytes()).isEqualTo(bytes);
        LinkPair.get(shut);
        assertThat(stream.nearChannel().isOutputShutdown()).isTrue();
    }

    @Test
    final void closingIsACleanEndForThePeer() {
        StreamPair stream = links.open();
        stream.far().read();
        LinkPair.get(stream.near().write("all of it"));

        stream.nearChannel().close();

        stream.far().awaitEvent("end");
        assertThat(stream.far().text()).isEqualTo("all of it");
        assertThat(stream.far().failure()).isNull();
        stream.farChannel().close();
        await().until(() -> links.near().streams() == 0 && links.far().streams() == 0);
    }

    @Test
    final void closingWithUnsentBytesIsAReset() {
        StreamPair stream = links.open();
        ChannelFuture write = stream.near().write(new byte[2 * wire().initialWindow()]);
        links.settle();

        stream.nearChannel().close();

        assertThatThrownBy(() -> LinkPair.get(write)).isInstanceOf(IOException.class);
        stream.far().read().awaitEvent("inactive");
        assertThat(stream.far().failure()).isInstanceOf(StreamResetException.class);
    }

    @Test
    final void closingWithUnreadBytesIsAReset() {
        StreamPair stream = links.open();
        stream.near().read();
        stream.near().write("are you there?");
        links.settle();

        stream.farChannel().close();

        stream.near().awaitEvent("inactive");
        assertThat(stream.near().failure()).isInstanceOf(StreamResetException.class);
    }

    @Test
    final void writingToAStreamThatThePeerHasClosedIsAnsweredByAReset() {
        StreamPair stream = links.open();
        stream.near().read();
        stream.farChannel().close();
        stream.near().awaitEvent("end");

        stream.near().write("anybody?");

        stream.near().awaitEvent("inactive");
        assertThat(stream.near().failure()).isInstanceOf(StreamResetException.class);
    }

    @Test
    final void resetEndsOneStreamOnly() {
        StreamPair doomed = links.open();
        StreamPair other = links.open();
        doomed.far().read();
        other.far().read();

        doomed.near().reset();
        doomed.far().awaitEvent("inactive");
        other.near().write("still here");

        other.far().awaitBytes(10);
        assertThat(links.near().closeFuture().isDone()).isFalse();
        assertThat(links.far().closeFuture().isDone()).isFalse();
    }

    @Test
    final void aResetIsNeverAnEnd() {
        for (int i = 0; i < 100; i++) {
            StreamPair stream = links.open();
            stream.far().read();
            stream.near().write(new byte[i * 1000]);

            stream.near().reset();

            stream.far().awaitEvent("inactive");
            assertThat(stream.far().failure()).isInstanceOf(StreamResetException.class);
            assertThat(stream.far().events()).doesNotContain("end").containsSubsequence("exception", "inactive");
        }
    }

    @Test
    final void aResetDoesNotWaitUntilSomebodyReads() {
        StreamPair stream = links.open();
        stream.near().write("unread");
        links.settle();

        stream.near().reset();

        stream.far().awaitEvent("inactive");
        assertThat(stream.far().failure()).isInstanceOf(StreamResetException.class);
    }

    @Test
    final void closingInsideAReadIsSafe() {
        StreamPair stream = links.open();
        stream.far().onRead(data -> stream.farChannel().close());
        byte[] chunk = new byte[30_000];
        for (int i = 0; i < 5; i++) {
            stream.near().write(chunk);
        }
        links.settle();

        stream.far().read();

        stream.far().awaitEvent("inactive");
        assertThat(stream.far().events().stream().filter("read"::equals)).hasSize(1);
        stream.near().read().awaitEvent("inactive");
        assertStillWorks();
    }

    @Test
    final void withoutHalfClosureTheEndClosesTheStream() {
        StreamPair stream = links.open();
        stream.farChannel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        stream.far().read();

        stream.nearChannel().shutdownOutput();

        stream.far().awaitEvent("inactive");
        assertThat(stream.far().events()).doesNotContain("end");
        stream.near().read().awaitEvent("inactive");
    }

    @Test
    final void afterShutdownInputTheRestIsDroppedAndTheWriterIsNotStalled() {
        StreamPair stream = links.open();
        LinkPair.get(stream.farChannel().shutdownInput());

        ChannelFuture write = stream.near().write(new byte[3 * wire().initialWindow()]);

        LinkPair.get(write);
        assertThat(stream.far().events()).doesNotContain("read");
        stream.far().write("the other way");
        stream.near().read().awaitBytes(13);
    }

    @Test
    final void tenThousandStreamsLeaveNothingBehind() {
        AtomicInteger done = new AtomicInteger();
        List<Future<DuplexChannel>> opens = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Future<DuplexChannel> open = links.near().openStream();
            open.addListener((Future<DuplexChannel> opened) -> {
                DuplexChannel stream = opened.get();
                stream.closeFuture().addListener(closed -> done.incrementAndGet());
                stream.config().setAutoRead(true);
                stream.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
                stream.shutdownOutput();
            });
            opens.add(open);
            if (i % 100 == 0) {
                LinkPair.get(opens.get(i));
                closeAccepted();
            }
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            closeAccepted();
            return done.get() == 10_000;
        });
        await().until(() -> links.near().streams() == 0 && links.far().streams() == 0);
    }

    private void assertStillWorks() {
        StreamPair stream = links.open();
        stream.far().read();
        stream.near().write("works");
        stream.far().awaitBytes(5);
    }

    private void closeAccepted() {
        links.acceptedFar().forEach(stream -> {
            stream.read();
            stream.channel().shutdownOutput();
        });
    }
}
