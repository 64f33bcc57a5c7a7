package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.testkit.LinkPair.StreamPair;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What writing to a stream and reading from it mean. */
abstract class ReadWriteTests extends FlowControlTests {

    private static final int MESSAGES_PER_TURN = 16;

    @Test
    final void opensAStreamFromEitherSide() {
        StreamPair fromNear = links.open();
        StreamPair fromFar = links.openFromFar();

        fromNear.far().read();
        fromFar.near().read();
        fromNear.near().write("one");
        fromFar.far().write("two");

        fromNear.far().awaitBytes(3);
        fromFar.near().awaitBytes(3);
        assertThat(fromNear.far().text()).isEqualTo("one");
        assertThat(fromFar.near().text()).isEqualTo("two");
    }

    @Test
    final void opensStreamsFromAnyThread() throws Exception {
        CountDownLatch opened = new CountDownLatch(200);
        Runnable opener = () -> IntStream.range(0, 100)
                .forEach(i -> links.near().openStream().addListener(done -> {
                    if (done.isSuccess()) {
                        opened.countDown();
                    }
                }));

        new Thread(opener).start();
        new Thread(opener).start();

        assertThat(opened.await(5, TimeUnit.SECONDS)).isTrue();
        await().until(() -> links.far().streams() == 200);
    }

    @Test
    final void aNewStreamBelongsToTheConnectionAndDoesNotRead() {
        DuplexChannel stream = links.open().nearChannel();

        assertThat(stream.parent()).isSameAs(links.sockets().near());
        assertThat(stream.eventLoop()).isSameAs(links.near().eventLoop());
        assertThat(stream.config().isAutoRead()).isFalse();
        assertThat(stream.isActive()).isTrue();
        assertThat(stream.isWritable()).isTrue();
    }

    @Test
    final void keepsBytesInOrder() {
        byte[] sent = random(5_000_000);
        StreamPair stream = links.open();
        stream.far().read();

        Random sizes = new Random(2);
        for (int from = 0; from < sent.length; ) {
            int to = Math.min(sent.length, from + 1 + sizes.nextInt(200_000));
            stream.nearChannel().write(Unpooled.wrappedBuffer(sent, from, to - from));
            from = to;
        }
        stream.nearChannel().flush();

        stream.far().awaitBytes(sent.length);
        assertThat(stream.far().received()).isEqualTo(sent);
    }

    @Test
    final void interleavesStreams() {
        byte[] long0 = random(3_000_000);
        StreamPair bulk = links.open();
        StreamPair small = links.open();
        AtomicInteger bulkBytesBefore = new AtomicInteger(-1);
        bulk.far().read();
        small.far()
                .onRead(data -> bulkBytesBefore.set(bulk.far().receivedBytes()))
                .read();

        links.near().eventLoop().execute(() -> {
            bulk.near().write(long0);
            small.near().write("me too");
        });

        await().until(() -> bulkBytesBefore.get() >= 0);
        assertThat(bulkBytesBefore.get()).isLessThan(long0.length);
        bulk.far().awaitBytes(long0.length);
        assertThat(bulk.far().received()).isEqualTo(long0);
    }

    @Test
    final void aVoidPromiseWorks() {
        StreamPair stream = links.open();
        stream.far().read();
        DuplexChannel channel = stream.nearChannel();

        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[100_000]), channel.voidPromise());

        stream.far().awaitBytes(100_000);
        assertThat(stream.near().failure()).isNull();
    }

    @Test
    final void aWriteCompletesWhenTheConnectionHasTaken() {
        StreamPair stream = links.open();

        ChannelFuture within = stream.near().write(new byte[wire().initialWindow()]);
        ChannelFuture beyond = stream.near().write(new byte[1]);

        LinkPair.get(within);
        links.settle();
        assertThat(beyond.isDone()).isFalse();
        stream.far().read();
        LinkPair.get(beyond);
    }

    @Test
    final void aCancelledWriteIsLeftOut() {
        StreamPair stream = links.open();
        stream.far().read();
        links.near().eventLoop().execute(() -> {
            DuplexChannel channel = stream.nearChannel();
            channel.write(Unpooled.copiedBuffer(new byte[] {'a'}));
            channel.write(Unpooled.copiedBuffer(new byte[] {'b'})).cancel(false);
            channel.write(Unpooled.copiedBuffer(new byte[] {'c'}));
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
            channel.writeAndFlush(Unpooled.copiedBuffer(new byte[] {'d'}));
        });

        stream.far().awaitBytes(3);
        links.settle();
        assertThat(stream.far().text()).isEqualTo("acd");
    }

    @Test
    final void anEmptyWriteCompletesAfterAllBeforeIt() {
        StreamPair stream = links.open();
        stream.near().write(new byte[2 * wire().initialWindow()]);

        ChannelFuture last = stream.nearChannel().writeAndFlush(Unpooled.EMPTY_BUFFER);

        links.settle();
        assertThat(last.isDone()).isFalse();
        stream.far().read();
        LinkPair.get(last);
        stream.far().awaitBytes(2 * wire().initialWindow());
    }

    @Test
    final void closingInAWriteListenerCutsNoFrame() {
        StreamPair closing = links.open();
        StreamPair other = links.open();
        other.far().read();

        links.near().eventLoop().execute(() -> {
            DuplexChannel channel = closing.nearChannel();
            channel.write(Unpooled.wrappedBuffer(new byte[100])).addListener(done -> channel.close());
            channel.write(Unpooled.wrappedBuffer(new byte[100]));
            channel.flush();
            other.near().write("unharmed");
        });

        other.far().awaitBytes(8);
        assertThat(other.far().text()).isEqualTo("unharmed");
        assertThat(links.near().closeFuture().isDone()).isFalse();
    }

    @Test
    final void refusesWhatIsNotBytes() {
        ChannelFuture write = links.open().nearChannel().writeAndFlush("text");

        assertThatThrownBy(() -> LinkPair.get(write)).hasMessageContaining("expected: ByteBuf");
    }

    @Test
    final void whatArrivesBeforeAnybodyReadsIsKept() {
        StreamPair stream = links.open();
        stream.near().write("hello");
        stream.nearChannel().shutdownOutput();
        links.settle();
        assertThat(stream.far().events()).isEmpty();

        stream.far().read();

        stream.far().awaitEvent("end");
        assertThat(stream.far().text()).isEqualTo("hello");
        assertThat(stream.far().events()).containsSubsequence("read", "complete", "end");
    }

    @Test
    final void everyReadIsFollowedByAReadComplete() {
        int bytes = 60_000; // several reads of a socket, and frames that go on from one to the next
        List<StreamPair> streams = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            StreamPair stream = links.open();
            stream.farChannel().pipeline().addFirst(new EchoHandler());
            streams.add(stream);
        }

        streams.forEach(stream -> {
            stream.near().read().write(new byte[bytes]);
            stream.far().read();
        });

        streams.forEach(stream -> stream.near().awaitBytes(bytes));
    }

    @Test
    final void readsAtMostSixteenMessagesATurn() {
        StreamPair stream = links.open();
        byte[] chunk = new byte[4096];
        for (int i = 0; i < 60; i++) {
            stream.near().write(chunk);
        }
        links.settle();

        stream.far().read();

        stream.far().awaitBytes(60 * chunk.length);
        await().until(() -> last(stream.far().events()).equals("complete"));
        assertThat(longestTurn(stream.far().events())).isBetween(1, MESSAGES_PER_TURN);
    }

    @Test
    final void resumingInsideAReadNeitherRecursesNorReadsPastTheNextPause() {
        StreamPair stream = links.open();
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        DuplexChannel far = stream.farChannel();
        far.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                far.config().setAutoRead(false);
                far.config().setAutoRead(true);
                if (reads.incrementAndGet() % 3 == 0) {
                    far.config().setAutoRead(false);
                }
                depth.decrementAndGet();
            }
        });
        byte[] chunk = new byte[40_000];
        for (int i = 0; i < 6; i++) {
            stream.near().write(chunk);
        }
        links.settle();

        stream.far().read();
        await().until(() -> reads.get() > 0);
        links.settle();

        assertThat(reads).hasValue(3);
        assertThat(deepest).hasValue(1);
        stream.near().reset();
    }

    @Test
    final void oneReadBringsOneMessage() {
        StreamPair stream = links.open();
        byte[] chunk = new byte[40_000];
        for (int i = 0; i < 3; i++) {
            stream.near().write(chunk);
        }
        links.settle();

        stream.farChannel().read();

        await().until(() -> stream.far().events().contains("complete"));
        links.settle();
        assertThat(stream.far().events()).containsExactly("read", "complete");
        stream.near().reset();
    }

    private static int longestTurn(List<String> events) {
        int longest = 0;
        int turn = 0;
        for (String event : events) {
            turn = event.equals("read") ? turn + 1 : 0;
            longest = Math.max(longest, turn);
        }
        return longest;
    }

    private static String last(List<String> events) {
        return events.get(events.size() - 1);
    }
}
