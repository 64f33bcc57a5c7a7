package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_ACK;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_FIN;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_RST;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_SYN;
import static dev.culvert.plugin.yamux.YamuxHeader.INITIAL_WINDOW;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_DATA;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_GO_AWAY;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_PING;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.spi.stream.StreamResetException;
import dev.culvert.testkit.LinkPair;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.StreamEnd;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes over the wire, frame by frame, as the specification and the other implementations have it. */
@ParameterizedClass
@MethodSource("dev.culvert.testkit.Loops#available")
@Timeout(60)
final class YamuxWireTest {

    private static final YamuxSettings SETTINGS = new YamuxMultiplexerFactory().settings();

    @Parameter
    Loops loops;

    @Test
    void anOpenedStreamIsAnnouncedAtOnce() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            LinkPair.open(peer.link());
            LinkPair.open(peer.link());

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0));
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_SYN, 3, 0));
        }
    }

    @Test
    void aServersStreamsAreEven() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            LinkPair.open(peer.link());

            assertThat(peer.next().streamId()).isEqualTo(2);
        }
    }

    @Test
    void anAcceptedStreamIsAcknowledgedBeforeAnythingElse() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0);

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_ACK, 1, 0));
        }
    }

    @Test
    void aLargerInitialWindowIsGrantedWithTheOpening() throws Exception {
        try (RawPeer peer = new RawPeer(loops, Role.CLIENT, withWindows(1 << 20, 1 << 20, 1 << 20))) {
            LinkPair.open(peer.link());
            LinkPair.open(peer.link());
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 2, 0);

            assertThat(peer.next().length()).isEqualTo((1 << 20) - INITIAL_WINDOW);
            assertThat(peer.next().length()).as("what the session has left").isEqualTo(INITIAL_WINDOW);
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_ACK, 2, 0));
        }
    }

    @Test
    void dataGoesOutInFramesOfAtMost64KiBAndNotBeyondTheWindow() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            StreamEnd stream = LinkPair.open(peer.link());
            peer.next();

            stream.write(new byte[INITIAL_WINDOW + 1000]);

            for (int i = 0; i < 4; i++) {
                assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_DATA, 0, 1, 64 * 1024));
            }
            peer.send(TYPE_PING, FLAG_SYN, 0, 5);
            assertThat(peer.next()).as("nothing more").isEqualTo(new YamuxHeader(TYPE_PING, FLAG_ACK, 0, 5));
            peer.send(TYPE_WINDOW_UPDATE, FLAG_ACK, 1, 300);
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_DATA, 0, 1, 300));
        }
    }

    @Test
    void smallWritesOfOneFlushShareAFrame() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            StreamEnd stream = LinkPair.open(peer.link());
            peer.next();

            peer.link().eventLoop().execute(() -> {
                for (int i = 0; i < 10; i++) {
                    stream.channel().write(Unpooled.wrappedBuffer(new byte[10]));
                }
                stream.channel().flush();
            });

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_DATA, 0, 1, 100));
        }
    }

    @Test
    void streamsTakeTurnsOfOneFrame() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            peer.sockets().near().config().setSendBufferSize(64 * 1024);
            List<StreamEnd> streams = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                streams.add(LinkPair.open(peer.link()));
                peer.next();
            }
            peer.link().eventLoop().execute(() -> streams.forEach(stream -> stream.write(new byte[INITIAL_WINDOW])));

            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 160; i++) {
                order.add(peer.next().streamId());
            }

            // Those that came while the connection was free have gone ahead; from then on all wait for each other.
            List<Integer> end = order.subList(order.size() / 2, order.size());
            for (int turn = 0; turn < end.size(); turn++) {
                List<Integer> later = end.subList(turn + 1, end.size());
                int next = later.indexOf(end.get(turn));
                if (next >= 0) {
                    assertThat(later.subList(0, next + 1))
                            .as("all that still have something to send, before stream %s sends again", end.get(turn))
                            .containsAll(later.subList(next + 1, later.size()));
                }
            }
        }
    }

    @Test
    void theWindowIsReturnedWhenHalfOfItWasReadAndNotBefore() throws Exception {
        try (RawPeer peer = new RawPeer(loops, Role.SERVER, withWindows(INITIAL_WINDOW, INITIAL_WINDOW, 0))) {
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0);
            StreamEnd stream = peer.accepted();
            peer.next();

            peer.send(Frames.data(0, 1, new byte[200_000]));
            peer.send(TYPE_PING, FLAG_SYN, 0, 1);
            assertThat(peer.nextButPings()).as("arrived, but not read").isEqualTo(pong(1));

            stream.read();
            YamuxHeader update = peer.nextButPings();
            assertThat(update.type()).isEqualTo(TYPE_WINDOW_UPDATE);
            assertThat(update.length()).isBetween(INITIAL_WINDOW / 2, 200_000);
        }
    }

    @Test
    void aWindowThatIsTooSmallGrows() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0);
            peer.accepted().onRead(data -> {}).read();
            peer.next();
            // The link asks for the round trip with the first grant, and here it is a very long one.
            peer.send(Frames.data(0, 1, new byte[INITIAL_WINDOW]));
            List<Integer> pings = new ArrayList<>();
            long granted = 0;
            while (granted < INITIAL_WINDOW / 2 || pings.isEmpty()) {
                YamuxHeader header = peer.next();
                if (header.type() == TYPE_PING) {
                    pings.add(header.length());
                } else {
                    granted += header.length();
                }
            }
            assertThat(peer.link().closeFuture().await(300)).isFalse();
            peer.send(TYPE_PING, FLAG_ACK, 0, pings.get(0));

            peer.send(Frames.data(0, 1, new byte[(int) granted]));

            while (granted <= 2L * INITIAL_WINDOW) {
                granted += peer.nextButPings().length();
            }
        }
    }

    @Test
    void theEndOfAStreamIsOneFin() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            StreamEnd stream = LinkPair.open(peer.link());
            stream.read();
            peer.next();

            stream.channel().shutdownOutput();
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_FIN, 1, 0));
            peer.send(TYPE_DATA, FLAG_FIN, 1, 0);

            stream.awaitEvent("inactive");
            peer.send(TYPE_PING, FLAG_SYN, 0, 9);
            assertThat(peer.next()).isEqualTo(pong(9));
        }
    }

    @Test
    void aFinInADataFrameEndsAfterItsPayload() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(Frames.data(FLAG_SYN | FLAG_FIN, 1, "all".getBytes()));
            StreamEnd stream = peer.accepted().read();

            stream.awaitEvent("end");

            assertThat(stream.text()).isEqualTo("all");
        }
    }

    @Test
    void dataForAClosedStreamIsAnsweredByAReset() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0);
            peer.accepted().channel().close();
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_ACK, 1, 0));
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_FIN, 1, 0));

            peer.send(Frames.data(0, 1, new byte[100]));
            peer.send(Frames.data(0, 1, new byte[100]));
            peer.send(TYPE_PING, FLAG_SYN, 0, 7);

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_RST, 1, 0));
            assertThat(peer.next()).as("once").isEqualTo(pong(7));
        }
    }

    @Test
    void framesForUnknownStreamsAreIgnored() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(Frames.data(0, 99, new byte[5000]));
            peer.send(TYPE_WINDOW_UPDATE, FLAG_RST, 99, 0);
            peer.send(TYPE_WINDOW_UPDATE, FLAG_FIN, 98, 1000);
            peer.send(TYPE_WINDOW_UPDATE, FLAG_ACK, 2, 0);
            peer.send(TYPE_PING, FLAG_ACK, 0, 12345);
            peer.send(TYPE_PING, FLAG_SYN, 0, 7);

            assertThat(peer.next()).isEqualTo(pong(7));
        }
    }

    @Test
    void aSecondFinIsIgnoredAndDataAfterItResetsThatStreamAlone() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, 1, 0);
            StreamEnd stream = peer.accepted();
            peer.next();
            peer.send(TYPE_WINDOW_UPDATE, FLAG_FIN, 1, 0);
            peer.send(TYPE_WINDOW_UPDATE, FLAG_FIN, 1, 0);
            peer.send(TYPE_PING, FLAG_SYN, 0, 1);
            assertThat(peer.next()).isEqualTo(pong(1));

            peer.send(Frames.data(0, 1, new byte[10]));

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_RST, 1, 0));
            stream.awaitEvent("inactive");
            peer.send(TYPE_PING, FLAG_SYN, 0, 2);
            assertThat(peer.next()).isEqualTo(pong(2));
        }
    }

    @Test
    void streamsThatOvertookEachOtherOnTheWayAreAccepted() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            for (int id : new int[] {5, 1, 3, 7}) {
                peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, id, 0);

                assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_ACK, id, 0));
            }
        }
    }

    @Test
    void anythingOnAStreamAcknowledgesIt() throws Exception {
        YamuxSettings oneAtATime = withBacklog(1);
        try (RawPeer peer = new RawPeer(loops, Role.CLIENT, oneAtATime)) {
            LinkPair.open(peer.link());
            var second = peer.link().openStream();
            assertThat(second.await(100)).isFalse();

            peer.send(TYPE_WINDOW_UPDATE, 0, 1, 100);

            LinkPair.get(second);
        }
    }

    @Test
    void theEndOfAnUnacknowledgedStreamMakesRoomForTheNext() throws Exception {
        YamuxSettings oneAtATime = withBacklog(1);
        try (RawPeer peer = new RawPeer(loops, Role.CLIENT, oneAtATime)) {
            LinkPair.open(peer.link()).reset();
            LinkPair.open(peer.link()).channel().close();
            var third = peer.link().openStream();
            assertThat(third.await(100))
                    .as("closed, but the peer has not answered")
                    .isFalse();

            peer.send(TYPE_WINDOW_UPDATE, FLAG_FIN, 3, 0);

            LinkPair.get(third);
        }
    }

    @Test
    void afterOurGoAwayNewStreamsAreRefused() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            peer.link().goAway();
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_GO_AWAY, 0, 0, 0));

            peer.send(Frames.data(FLAG_SYN, 1, new byte[100]));

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_RST, 1, 0));
            peer.send(TYPE_PING, FLAG_SYN, 0, 3);
            assertThat(peer.next()).isEqualTo(pong(3));
        }
    }

    @Test
    void closingResetsEachStreamSaysGoAwayAndEndsTheConnection() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            LinkPair.open(peer.link());
            peer.next();

            peer.link().close(null);

            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_WINDOW_UPDATE, FLAG_RST, 1, 0));
            assertThat(peer.next()).isEqualTo(new YamuxHeader(TYPE_GO_AWAY, 0, 0, 0));
            assertThat(catchThrowable(peer::next)).isInstanceOf(EOFException.class);
            LinkPair.get(peer.link().closeFuture());
        }
    }

    @Test
    void pongsAndWindowUpdatesOvertakeDataThatWaits() throws Exception {
        try (RawPeer peer = peer(Role.CLIENT)) {
            int streams = 64;
            for (int i = 0; i < streams; i++) {
                LinkPair.open(peer.link()).write(new byte[INITIAL_WINDOW]);
            }
            await().until(() -> !peer.sockets().near().isWritable());
            peer.send(TYPE_PING, FLAG_SYN, 0, 42);
            // The answer is queued once the ping was read, which the link shows by answering one of its own.
            var sign = peer.link().ping();
            assertThat(sign.await(200)).isFalse();

            long dataAfterPong = -1;
            long data = 0;
            while (data < (long) streams * INITIAL_WINDOW) {
                YamuxHeader header = peer.next();
                data += header.type() == TYPE_DATA ? header.length() : 0;
                if (header.equals(pong(42))) {
                    dataAfterPong = (long) streams * INITIAL_WINDOW - data;
                }
            }

            assertThat(dataAfterPong).isGreaterThan((long) streams * INITIAL_WINDOW / 4);
        }
    }

    @Test
    void pingsBeyondTenASecondAreAnsweredLate() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            long start = System.nanoTime();
            for (int i = 0; i < 15; i++) {
                peer.send(TYPE_PING, FLAG_SYN, 0, i);
            }

            for (int i = 0; i < 15; i++) {
                assertThat(peer.next()).isEqualTo(pong(i));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
        }
    }

    @Test
    void aResetArrivesAsAReset() throws Exception {
        try (RawPeer peer = peer(Role.SERVER)) {
            for (int type : new int[] {TYPE_DATA, TYPE_WINDOW_UPDATE}) {
                int id = 2 * type + 1;
                peer.send(TYPE_WINDOW_UPDATE, FLAG_SYN, id, 0);
                StreamEnd stream = peer.accepted();

                peer.send(type, FLAG_RST, id, 0);

                stream.awaitEvent("inactive");
                assertThat(stream.failure()).isInstanceOf(StreamResetException.class);
            }
        }
    }

    @Test
    void aSilentPeerIsResetSinceAFarewellWouldWaitForItsAcknowledgements() throws Exception {
        try (RawPeer peer =
                new RawPeer(loops, Role.CLIENT, withPatience(Duration.ofMillis(300), Duration.ofMillis(300)))) {
            LinkPair.open(peer.link());

            assertThat(catchThrowable(() -> {
                        while (true) {
                            assertThat(peer.next().type()).isNotEqualTo(TYPE_GO_AWAY);
                        }
                    }))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThat(peer.link().closeFuture().await(5_000)).isTrue();
        }
    }

    @Test
    void nobodyNewWaitsForASilentPeerWhileThoseItKnowsDo() throws Exception {
        try (RawPeer peer =
                new RawPeer(loops, Role.CLIENT, withPatience(Duration.ofMillis(300), Duration.ofSeconds(5)))) {
            StreamEnd known = LinkPair.open(peer.link());
            peer.send(TYPE_WINDOW_UPDATE, FLAG_ACK, 1, 0);
            peer.send(TYPE_PING, FLAG_SYN, 0, 7);
            while (!peer.next().equals(pong(7))) {
                // What this end has said before it knew of the acknowledgement.
            }
            StreamEnd fresh = LinkPair.open(peer.link());

            fresh.awaitEvent("inactive");

            assertThat(fresh.failure()).isInstanceOf(StreamResetException.class);
            assertThat(peer.link().openStream().await().cause())
                    .isInstanceOfSatisfying(
                            CulvertException.class,
                            silent -> assertThat(silent.code()).isEqualTo(WireError.HEARTBEAT_TIMEOUT));
            assertThat(peer.link().closeFuture().isDone()).isFalse();
            peer.send(TYPE_PING, FLAG_SYN, 0, 8);
            while (!peer.next().equals(pong(8))) {
                // The ping that was not answered, and the reset.
            }
            LinkPair.open(peer.link());
            assertThat(known.channel().isActive()).isTrue();
        }
    }

    @Test
    @Timeout(10)
    void aPeerThatAnswersIsAskedAgainLongBeforeItWouldBeInDoubt() throws Exception {
        try (RawPeer peer =
                new RawPeer(loops, Role.CLIENT, withPatience(Duration.ofMillis(100), Duration.ofSeconds(60)))) {
            for (int i = 0; i < 3; i++) {
                YamuxHeader ping = peer.next();
                assertThat(ping.type()).isEqualTo(TYPE_PING);
                peer.send(TYPE_PING, FLAG_ACK, 0, ping.length());
            }
        }
    }

    private RawPeer peer(Role role) throws Exception {
        return new RawPeer(loops, role, SETTINGS);
    }

    private static YamuxHeader pong(int value) {
        return new YamuxHeader(TYPE_PING, FLAG_ACK, 0, value);
    }

    private static YamuxSettings withWindows(int initial, int max, long session) {
        return new YamuxSettings(
                SETTINGS.maxStreams(),
                initial,
                max,
                session,
                SETTINGS.acceptBacklog(),
                SETTINGS.openTimeout(),
                SETTINGS.pingInterval(),
                SETTINGS.busyPingInterval(),
                SETTINGS.pingTimeout());
    }

    private static YamuxSettings withPatience(Duration silence, Duration timeout) {
        return new YamuxSettings(
                SETTINGS.maxStreams(),
                SETTINGS.initialWindow(),
                SETTINGS.maxWindow(),
                SETTINGS.sessionWindow(),
                SETTINGS.acceptBacklog(),
                SETTINGS.openTimeout(),
                silence,
                silence,
                timeout);
    }

    private static YamuxSettings withBacklog(int backlog) {
        return new YamuxSettings(
                SETTINGS.maxStreams(),
                SETTINGS.initialWindow(),
                SETTINGS.maxWindow(),
                SETTINGS.sessionWindow(),
                backlog,
                SETTINGS.openTimeout(),
                SETTINGS.pingInterval(),
                SETTINGS.busyPingInterval(),
                SETTINGS.pingTimeout());
    }
}
