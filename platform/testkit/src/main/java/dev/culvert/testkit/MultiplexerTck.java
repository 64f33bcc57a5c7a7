package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.stream.StreamResetException;
import dev.culvert.testkit.LinkPair.StreamPair;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Multiplexer} promises, on real sockets. A plugin extends this class and supplies its own.
 */
public abstract class MultiplexerTck extends StreamEndTests {

    /** Made by JUnit. */
    protected MultiplexerTck() {}

    /**
     * What a test wants to reach sooner than users should.
     *
     * @param maxStreams how many streams a link may have
     * @param backlog how many opens may wait for the peer's acknowledgement
     * @param openTimeout how long further ones wait
     * @param silence how long the peer may say nothing at all while a stream is open; about
     */
    public record WireLimits(int maxStreams, int backlog, Duration openTimeout, Duration silence) {}

    /** Writes what a peer would say, as bytes. Streams are counted from 0. */
    public interface Wire {

        /**
         * Opens a stream.
         *
         * @param stream which
         */
        byte[] open(int stream);

        /**
         * Sends data on a stream.
         *
         * @param stream which
         * @param payload the data
         */
        byte[] data(int stream, byte[] payload);

        /**
         * Says that no more data follows.
         *
         * @param stream which
         */
        byte[] finish(int stream);

        /** How many bytes a peer may send on a new stream before it hears anything. */
        int initialWindow();
    }

    @Test
    final void goAwayLetsOpenStreamsFinish() {
        StreamPair stream = links.open();
        stream.far().read();

        links.far().goAway();

        LinkPair.get(links.near().goAwayFuture());
        assertFailsWith(links.near().openStream(), WireError.GOING_AWAY);
        stream.near().write("the last words");
        stream.far().awaitBytes(14);
        assertThat(links.openFromFar().nearChannel().isActive()).isTrue();
    }

    @Test
    final void closingIsANormalEndForBothSides() {
        links.near().close(null);

        LinkPair.get(links.near().closeFuture());
        LinkPair.get(links.far().closeFuture());
        assertThat(links.sockets().far().closeFuture().awaitUninterruptibly(5, TimeUnit.SECONDS))
                .isTrue();
        assertFailsWith(links.near().openStream(), WireError.CONNECTION_LOST);
    }

    @Test
    final void closingResetsTheStreamsThatAreOpen() {
        StreamPair stream = links.open();
        stream.far().read();

        links.near().close(null);

        stream.near().awaitEvent("inactive");
        stream.far().awaitEvent("inactive");
        assertThat(stream.near().failure()).isInstanceOf(StreamResetException.class);
        assertThat(stream.far().failure()).isInstanceOf(StreamResetException.class);
        assertThat(links.near().streams()).isZero();
    }

    @Test
    final void losingTheConnectionResetsEveryStream() {
        List<StreamPair> streams =
                IntStream.range(0, 50).mapToObj(i -> links.open()).toList();
        streams.forEach(stream -> stream.near().read());

        links.sockets().far().close();

        assertFailsWith(links.near().closeFuture(), WireError.CONNECTION_LOST);
        for (StreamPair stream : streams) {
            stream.near().awaitEvent("inactive");
            assertThat(stream.near().events()).doesNotContain("end");
            assertThat(stream.near().failure()).isInstanceOf(StreamResetException.class);
            stream.far().awaitEvent("inactive");
        }
    }

    @Test
    final void refusesAReusedStreamId() throws Exception {
        try (SocketPair.Raw raw = SocketPair.openRaw(loops)) {
            Link link = LinkPair.link(raw.near(), multiplexer(USUAL), Role.SERVER);
            link.onStream(stream -> stream.close());
            link.start();
            raw.far().getOutputStream().write(wire().open(0));
            raw.far().getOutputStream().write(wire().finish(0));
            raw.far().getOutputStream().write(wire().open(1));
            assertThat(link.closeFuture().await(200)).isFalse();

            raw.far().getOutputStream().write(wire().open(0));

            assertFailsWith(link.closeFuture(), WireError.PROTOCOL_VIOLATION);
        }
    }

    @Test
    final void refusesTooManyPendingStreams() {
        WireLimits limits = new WireLimits(100, 5, Duration.ofMillis(300), Duration.ofSeconds(15));
        try (SocketPair.Raw raw = SocketPair.openRaw(loops)) {
            Link link = LinkPair.link(raw.near(), multiplexer(limits), Role.CLIENT);
            link.onStream(stream -> {});
            link.start();
            for (int i = 0; i < 5; i++) {
                LinkPair.get(link.openStream());
            }

            assertFailsWith(link.openStream(), WireError.OPEN_TIMEOUT);
            link.close(null);
        }
    }

    @Test
    final void waitingOpensGoOnWhenThePeerAcknowledges() throws Exception {
        WireLimits limits = new WireLimits(1000, 5, Duration.ofSeconds(10), Duration.ofSeconds(15));
        try (LinkPair pair = LinkPair.open(loops, multiplexer(limits), multiplexer(USUAL))) {
            List<Future<DuplexChannel>> opens = pair.near()
                    .eventLoop()
                    .submit(() -> IntStream.range(0, 100)
                            .mapToObj(i -> pair.near().openStream())
                            .toList())
                    .get(5, TimeUnit.SECONDS);

            opens.forEach(LinkPair::get);
            await().until(() -> pair.far().streams() == 100);
        }
    }

    @Test
    final void aLinkHasALimitOfStreams() {
        WireLimits limits = new WireLimits(3, 256, Duration.ofSeconds(10), Duration.ofSeconds(15));
        try (LinkPair pair = LinkPair.open(loops, multiplexer(limits), multiplexer(USUAL))) {
            StreamPair first = pair.open();
            pair.open();
            pair.open();

            assertFailsWith(pair.near().openStream(), WireError.TOO_MANY_STREAMS);
            StreamEnd refused = LinkPair.open(pair.far());
            refused.awaitEvent("inactive");
            assertThat(refused.failure()).isInstanceOf(StreamResetException.class);
            first.near().reset();
            await().until(() -> pair.near().streams() == 2);
            LinkPair.get(pair.near().openStream());
        }
    }

    @Test
    final void answersAPing() {
        assertThat(LinkPair.get(links.near().ping())).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        assertThat(LinkPair.get(links.far().ping())).isBetween(Duration.ZERO, Duration.ofSeconds(5));
    }

    @Test
    final void answersAPingUnderLoad() {
        StreamPair stream = links.open();
        stream.far().onRead(data -> {}).read();
        stream.near().write(new byte[20_000_000]);

        assertThat(LinkPair.get(links.near().ping())).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    final void aSilentPeerIsDetected() {
        WireLimits limits = new WireLimits(100, 256, Duration.ofSeconds(10), Duration.ofMillis(500));
        try (SocketPair.Raw raw = SocketPair.openRaw(loops)) {
            Link link = LinkPair.link(raw.near(), multiplexer(limits), Role.CLIENT);
            link.onStream(stream -> {});
            link.start();
            StreamEnd stream = LinkPair.open(link);

            assertFailsWith(link.closeFuture(), WireError.HEARTBEAT_TIMEOUT);
            stream.awaitEvent("inactive");
            assertThat(stream.failure()).isInstanceOf(StreamResetException.class);
        }
    }

    @Test
    final void aPeerThatAnswersStaysConnected() {
        WireLimits limits = new WireLimits(100, 256, Duration.ofSeconds(10), Duration.ofMillis(300));
        try (LinkPair pair = LinkPair.open(loops, multiplexer(limits), multiplexer(USUAL))) {
            pair.open();

            assertThat(pair.near().closeFuture().awaitUninterruptibly(1500)).isFalse();
        }
    }

    @Test
    final void anAcceptorThatFailsLosesItsStreamOnly() {
        try (SocketPair sockets = SocketPair.open(loops)) {
            Link near = LinkPair.link(sockets.near(), multiplexer(USUAL), Role.CLIENT);
            Link far = LinkPair.link(sockets.far(), multiplexer(USUAL), Role.SERVER);
            near.onStream(stream -> {});
            far.onStream(stream -> {
                throw new IllegalStateException("this one fails on purpose");
            });
            near.start();
            far.start();

            StreamEnd stream = LinkPair.open(near);

            stream.awaitEvent("inactive");
            assertThat(stream.failure()).isInstanceOf(StreamResetException.class);
            LinkPair.get(near.ping());
            near.close(null);
            LinkPair.get(far.closeFuture());
        }
    }
}
