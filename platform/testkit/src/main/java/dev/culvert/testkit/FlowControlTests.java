package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Link;
import dev.culvert.testkit.LinkPair.StreamPair;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A reader that does not keep up slows its writer down, and nobody else. */
abstract class FlowControlTests extends MultiplexerFixture {

    @Test
    final void aReaderThatStopsReadingStopsItsWriter() {
        StreamPair stream = links.open();

        int written = writeUntilStopped(stream);
        links.settle();
        assertThat(stream.nearChannel().isWritable()).isFalse();
        stream.far().read();
        stream.far().awaitBytes(written);

        await().until(() -> stream.nearChannel().isWritable());
        assertThat(stream.far().receivedBytes()).isEqualTo(written);
    }

    /** As a limit of rates does; auto-read is its owner's affair. */
    @Test
    final void aHandlerThatWithholdsReadsStopsItsWriter() {
        StreamPair stream = links.open();
        AtomicBoolean withheld = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        stream.farChannel().pipeline().addFirst(new ChannelDuplexHandler() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                withheld.set(true);
                ctx.fireChannelRead(message);
            }

            @Override
            public void read(ChannelHandlerContext ctx) {
                if (withheld.get()) {
                    reads.incrementAndGet();
                } else {
                    ctx.read();
                }
            }
        });
        stream.far().read();
        stream.near().write(new byte[1]);
        stream.far().awaitBytes(1);
        await().until(() -> reads.get() > 0);

        int written = writeUntilStopped(stream);
        links.settle();

        assertThat(stream.nearChannel().isWritable()).isFalse();
        assertThat(stream.far().receivedBytes()).isOne();
        stream.farChannel().eventLoop().execute(() -> {
            stream.farChannel().pipeline().removeFirst();
            stream.farChannel().read();
        });
        stream.far().awaitBytes(written + 1);
    }

    @Test
    final void aStalledStreamDoesNotStallOthers() {
        StreamPair stalled = links.open();
        writeUntilStopped(stalled);
        byte[] sent = random(5_000_000);
        StreamPair other = links.open();
        other.far().read();

        other.near().write(sent);

        other.far().awaitBytes(sent.length);
        assertThat(stalled.far().receivedBytes()).isZero();
        stalled.near().reset();
    }

    @Test
    final void whatIsReadIsGrantedAgainForAsLongAsItTakes() {
        StreamPair stream = links.open();
        AtomicInteger received = new AtomicInteger();
        stream.far().onRead(data -> received.addAndGet(data.readableBytes())).read();

        byte[] chunk = new byte[100_000];
        for (int i = 0; i < 500; i++) {
            stream.near().write(chunk);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> received.get() == 500 * chunk.length);
    }

    @Test
    final void aWriterThatIgnoresTheWindowIsRefused() throws Exception {
        try (SocketPair.Raw raw = SocketPair.openRaw(loops)) {
            Link link = LinkPair.link(raw.near(), multiplexer(USUAL), Role.SERVER);
            link.onStream(stream -> {});
            link.start();
            raw.far().getOutputStream().write(wire().open(0));
            byte[] chunk = new byte[16 * 1024];
            for (int sent = 0; sent < wire().initialWindow(); sent += chunk.length) {
                raw.far().getOutputStream().write(wire().data(0, chunk));
            }
            assertThat(link.closeFuture().await(200)).isFalse();

            raw.far().getOutputStream().write(wire().data(0, new byte[1]));

            assertFailsWith(link.closeFuture(), WireError.PROTOCOL_VIOLATION);
        }
    }

    @Test
    final void tinyPiecesOnAStalledStreamPinNoBigBuffers() {
        StreamPair stalled = links.open();
        StreamPair other = links.open();
        AtomicInteger received = new AtomicInteger();
        other.far().onRead(data -> received.addAndGet(data.readableBytes())).read();
        long before = usedDirectMemory();

        byte[] chunk = new byte[64 * 1024];
        for (int i = 0; i < 500; i++) {
            stalled.near().write(new byte[1]);
            other.near().write(chunk);
            int expected = (i + 1) * chunk.length;
            await().pollInterval(Duration.ofMillis(1)).until(() -> received.get() == expected);
        }

        assertThat(usedDirectMemory() - before).isLessThan(16 << 20);
        stalled.near().reset();
    }

    @Test
    final void writabilityChangesOncePerCrossing() {
        StreamPair stream = links.open();

        int written = writeUntilStopped(stream);
        links.settle();
        assertThat(stream.near().events()).containsExactly("unwritable");

        stream.far().read();
        stream.far().awaitBytes(written);
        await().until(() -> stream.near().events().size() == 2);
        assertThat(stream.near().events()).containsExactly("unwritable", "writable");
    }

    @Test
    final void aStreamKeepsToItsOwnWaterMark() {
        StreamPair stream = links.open();
        stream.nearChannel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));

        ChannelFuture unflushed = stream.nearChannel().write(Unpooled.wrappedBuffer(new byte[64]));

        await().until(() -> stream.near().events().contains("unwritable"));
        stream.far().read();
        stream.nearChannel().flush();
        LinkPair.get(unflushed);
        await().until(() -> stream.near().events().contains("writable"));
    }

    @Test
    final void aBusyConnectionParksReadyStreamsAndDisturbsNoOthers() throws Exception {
        try (SocketPair.Raw raw = SocketPair.openRaw(loops)) {
            Link link = LinkPair.link(raw.near(), multiplexer(USUAL), Role.CLIENT);
            link.onStream(stream -> {});
            link.start();
            List<StreamEnd> idle = new ArrayList<>();
            List<StreamEnd> writing = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                idle.add(LinkPair.open(link));
                writing.add(LinkPair.open(link));
            }

            byte[] chunk = new byte[wire().initialWindow()];
            List<ChannelFuture> writes =
                    writing.stream().map(stream -> stream.write(chunk)).toList();
            await().until(() -> !raw.near().isWritable());
            assertThat(writes).anyMatch(write -> !write.isDone());
            Thread drain = new Thread(() -> drain(raw));
            drain.start();

            for (ChannelFuture write : writes) {
                LinkPair.get(write);
            }
            assertThat(idle).allMatch(stream -> stream.events().isEmpty());
            link.close(null);
            LinkPair.get(link.closeFuture());
            drain.join(5000);
        }
    }

    private static void drain(SocketPair.Raw raw) {
        byte[] buffer = new byte[64 * 1024];
        try {
            while (raw.far().getInputStream().read(buffer) >= 0) {
                // only to make room
            }
            raw.far().close();
        } catch (IOException e) {
            // the test is over
        }
    }

    private static long usedDirectMemory() {
        return PlatformDependent.usedDirectMemory();
    }
}
