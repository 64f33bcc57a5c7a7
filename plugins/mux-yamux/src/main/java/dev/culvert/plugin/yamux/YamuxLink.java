package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_ACK;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_FIN;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_RST;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_SYN;
import static dev.culvert.plugin.yamux.YamuxHeader.GO_AWAY_INTERNAL_ERROR;
import static dev.culvert.plugin.yamux.YamuxHeader.GO_AWAY_NORMAL;
import static dev.culvert.plugin.yamux.YamuxHeader.GO_AWAY_PROTOCOL_ERROR;
import static dev.culvert.plugin.yamux.YamuxHeader.INITIAL_WINDOW;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_DATA;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_GO_AWAY;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_PING;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_WINDOW_UPDATE;
import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A yamux session. All of its state belongs to the connection's event loop. */
final class YamuxLink implements Link, FrameReader.Frames, StreamOpener.Session {

    private static final Logger LOG = LoggerFactory.getLogger(YamuxLink.class);

    private static final long MAX_STREAM_ID = 0xFFFF_FFFFL;

    // After the last word, so long to let the peer read it: a socket closed with unread bytes would destroy it.
    private static final long FAREWELL_SECONDS = 1;

    private final PrivateConnection connection;
    private final YamuxSettings settings;
    private final Channel channel;
    private final EventLoop loop;
    private final FrameReader reader = new FrameReader(this);
    private final FrameWriter writer;
    private final StreamOpener opener;
    private final Heartbeat heartbeat;
    private final PongLimiter pongs;
    private final LingeringStreams lingering;
    private final PeerStreamIds peerIds;
    private final ReceiveAllowance allowance;
    private final Promise<Void> goneAway;
    private final Promise<Void> closed;
    private final IntObjectMap<YamuxStream> streams = new IntObjectHashMap<>();
    private final List<YamuxStream> touched = new ArrayList<>();

    private @Nullable Consumer<DuplexChannel> acceptor;
    private @Nullable YamuxStream payloadOf;
    private int payloadOfId;
    private boolean finishAfterPayload;
    private long nextId;
    private boolean leaving;
    private boolean closing;
    private volatile int streamCount;

    YamuxLink(PrivateConnection connection, Role role, YamuxSettings settings) {
        this.connection = connection;
        this.settings = settings;
        channel = connection.channel();
        loop = channel.eventLoop();
        goneAway = loop.newPromise();
        closed = loop.newPromise();
        boolean client = role == Role.CLIENT;
        nextId = client ? 1 : 2;
        peerIds = new PeerStreamIds(!client);
        allowance = new ReceiveAllowance(settings.sessionWindow());
        lingering = new LingeringStreams(loop, settings.maxStreams(), this::giveUp);
        opener = new StreamOpener(this, loop, settings.acceptBacklog(), settings.openTimeout());
        Handler handler = new Handler();
        channel.pipeline().addLast("yamux", handler);
        writer = new FrameWriter(channel.pipeline().context(handler));
        heartbeat = new Heartbeat(settings, loop, writer, () -> !streams.isEmpty(), this::doubt, this::end);
        pongs = new PongLimiter(loop, writer);
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public AuthenticationContext context() {
        return connection.context();
    }

    @Override
    public @Nullable Principal principal() {
        return connection.principal();
    }

    @Override
    public Future<DuplexChannel> openStream() {
        Promise<DuplexChannel> promise = loop.newPromise();
        onLoop(() -> opener.open(promise));
        return promise;
    }

    @Override
    public void onStream(Consumer<DuplexChannel> acceptor) {
        this.acceptor = requireNonNull(acceptor, "acceptor");
    }

    @Override
    public void start() {
        requireNonNull(acceptor, "onStream comes before start");
        onLoop(() -> {
            if (channel.isActive()) {
                heartbeat.start();
                channel.config().setAutoRead(true);
            } else {
                lost(null);
            }
        });
    }

    @Override
    public void goAway() {
        onLoop(() -> {
            if (!leaving && !closing) {
                leaving = true;
                writer.control(TYPE_GO_AWAY, 0, 0, GO_AWAY_NORMAL);
            }
        });
    }

    @Override
    public Future<Void> goAwayFuture() {
        return goneAway;
    }

    @Override
    public Future<Duration> ping() {
        Promise<Duration> promise = loop.newPromise();
        onLoop(() -> {
            if (closing) {
                promise.tryFailure(isClosed());
            } else {
                heartbeat.ping(promise);
            }
        });
        return promise;
    }

    @Override
    public int streams() {
        return streamCount;
    }

    @Override
    public boolean isDoubtful() {
        return heartbeat.doubt() != null;
    }

    @Override
    public void close(@Nullable CulvertException cause) {
        onLoop(() -> end(cause));
    }

    @Override
    public Future<Void> closeFuture() {
        return closed;
    }

    @Override
    public @Nullable CulvertException refusal(int waiting) {
        if (closing) {
            return isClosed();
        }
        CulvertException silent = heartbeat.doubt();
        if (silent != null) {
            return silent;
        }
        if (goneAway.isDone() || nextId > MAX_STREAM_ID) {
            return new CulvertException(WireError.GOING_AWAY, "yamux: the peer takes no new streams.");
        }
        if (streams.size() + waiting >= settings.maxStreams()) {
            return new CulvertException(
                    WireError.TOO_MANY_STREAMS,
                    "yamux: " + streams.size() + " streams are open (max_streams = " + settings.maxStreams() + ").");
        }
        return null;
    }

    @Override
    public YamuxStream open() {
        int id = (int) nextId;
        nextId += 2;
        return add(new YamuxStream(channel, this, id, true), FLAG_SYN);
    }

    /**
     * The peer is silent. Streams that it has taken wait on, since a wire may come back; whoever has just come need not
     * wait for that, and finds another session or is turned away.
     */
    private void doubt(CulvertException silent) {
        opener.refuseAll(silent);
        for (int id : ids()) {
            YamuxStream stream = streams.get(id);
            if (stream != null && stream.awaitsAck()) {
                writer.control(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
                stream.takeReset(silent.getMessage());
            }
        }
    }

    /** For the streams. */
    FrameWriter writer() {
        return writer;
    }

    /** By how much a window grows half of which went in the given time: twofold if it cannot keep up. */
    int growth(int window, long nanos) {
        if (window >= settings.maxWindow() || closing) {
            return 0;
        }
        // Half a window in less than two round trips: the peer waits for its grants for part of the time.
        boolean slowsThePeer = nanos < 2 * heartbeat.roundTrip();
        return slowsThePeer ? allowance.take(Math.min(window, settings.maxWindow() - window)) : 0;
    }

    /** A stream's channel is closed. */
    void closed(YamuxStream stream) {
        streams.remove(stream.streamId());
        streamCount = streams.size();
        allowance.giveBack(stream.extraWindow());
        if (closing) {
            return;
        }
        if (!stream.isOver()) {
            lingering.add(stream.streamId(), stream.awaitsAck());
        } else if (stream.awaitsAck()) {
            opener.acknowledged();
        }
    }

    @Override
    public int onHeader(YamuxHeader header) {
        switch (header.type()) {
            case TYPE_PING -> onPing(header);
            case TYPE_GO_AWAY -> onGoAway(header);
            default -> onStreamFrame(header);
        }
        return header.type() == TYPE_DATA ? header.length() : 0;
    }

    @Override
    public void onPayload(ByteBuf part, boolean last) {
        YamuxStream stream = payloadOf;
        if (stream == null) {
            part.release();
            return;
        }
        if (stream.isOpen()) {
            touch(stream); // a frame may go on in a later turn than it began
            stream.take(part); // ownership passes
        } else {
            part.release();
            refuseLateData(payloadOfId);
            payloadOf = null;
            return;
        }
        if (last) {
            payloadOf = null;
            if (finishAfterPayload) {
                stream.takeFinish();
            }
        }
    }

    private void onStreamFrame(YamuxHeader header) {
        payloadOf = null;
        if (header.has(FLAG_SYN)) {
            accept(header);
        }
        YamuxStream stream = streams.get(header.streamId());
        if (stream == null) {
            onLateFrame(header);
            return;
        }
        if (stream.awaitsAck()) {
            // Whatever it is, the peer knows the stream. Some send no ACK if our FIN came first.
            stream.setAcknowledged();
            opener.acknowledged();
        }
        if (header.type() == TYPE_DATA && !stream.spend(header.unsignedLength())) {
            // Also with a reset: what nobody granted is not even skipped.
            throw violation(header, "the receive window has room for " + stream.promised() + " bytes");
        }
        if (header.has(FLAG_RST)) {
            stream.takeReset("the peer reset the stream");
        } else if (header.type() == TYPE_DATA) {
            onData(header, stream);
        } else {
            if (!stream.addCredit(header.unsignedLength())) {
                throw violation(header, "the sum of the credit exceeds 2^32-1");
            }
            if (header.has(FLAG_FIN)) {
                stream.takeFinish();
                touch(stream);
            }
        }
    }

    private void onData(YamuxHeader header, YamuxStream stream) {
        if (header.length() > 0 && stream.peerFinished()) {
            // Its own fault alone: the session goes on.
            stream.config().setOption(ChannelOption.SO_LINGER, 0);
            stream.close();
            return;
        }
        if (header.length() > 0) {
            payloadOf = stream;
            payloadOfId = header.streamId();
            finishAfterPayload = header.has(FLAG_FIN);
        } else if (header.has(FLAG_FIN)) {
            stream.takeFinish();
            touch(stream);
        }
    }

    /** A frame for a stream that is closed here: mostly what was under way when it closed. */
    private void onLateFrame(YamuxHeader header) {
        int id = header.streamId();
        if (header.type() == TYPE_DATA && header.unsignedLength() > settings.maxWindow()) {
            throw violation(header, "no window is larger than " + settings.maxWindow() + " bytes");
        }
        LingeringStreams.Lingering stream = lingering.get(id);
        if (stream == null) {
            return;
        }
        if (stream.awaitsAck()) {
            lingering.acknowledge(stream);
            opener.acknowledged();
        }
        if (header.type() == TYPE_DATA && header.length() != 0 && !header.has(FLAG_RST)) {
            refuseLateData(id);
        } else if (header.has(FLAG_FIN) || header.has(FLAG_RST)) {
            lingering.remove(id);
        }
    }

    private void refuseLateData(int id) {
        if (lingering.remove(id) != null) {
            writer.reply(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
        }
    }

    private void giveUp(LingeringStreams.Lingering stream) {
        writer.control(TYPE_WINDOW_UPDATE, FLAG_RST, stream.id(), 0);
        if (stream.awaitsAck()) {
            opener.acknowledged();
        }
    }

    private void accept(YamuxHeader header) {
        int id = header.streamId();
        if (!peerIds.isPeers(id)) {
            throw violation(header, "that id is not the peer's to open");
        }
        if (!peerIds.use(id)) {
            throw violation(header, "the id was used before");
        }
        if (leaving || streams.size() >= settings.maxStreams()) {
            writer.reply(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
            return;
        }
        YamuxStream stream = add(new YamuxStream(channel, this, id, false), FLAG_ACK);
        try {
            requireNonNull(acceptor).accept(stream);
        } catch (RuntimeException e) {
            LOG.error("{} was not taken", stream, e);
            stream.config().setOption(ChannelOption.SO_LINGER, 0);
            stream.close();
        }
    }

    private YamuxStream add(YamuxStream stream, int flag) {
        int extra = allowance.take(settings.initialWindow() - INITIAL_WINDOW);
        stream.widen(extra);
        streams.put(stream.streamId(), stream);
        streamCount = streams.size();
        writer.control(TYPE_WINDOW_UPDATE, flag, stream.streamId(), extra);
        loop.register(stream);
        heartbeat.onBusy();
        return stream;
    }

    private void touch(YamuxStream stream) {
        if (!stream.isTouched()) {
            stream.setTouched(true);
            touched.add(stream);
        }
    }

    private void onPing(YamuxHeader header) {
        if (header.has(FLAG_SYN)) {
            pongs.onPing(header.length());
        } else {
            heartbeat.onPong(header.length());
        }
    }

    private void onGoAway(YamuxHeader header) {
        if (header.length() != GO_AWAY_NORMAL) {
            throw violation(header, "the peer ends the session for an error of this end or its own");
        }
        if (goneAway.trySuccess(null)) {
            opener.refuseAll(new CulvertException(WireError.GOING_AWAY, "yamux: the peer takes no new streams."));
        }
    }

    private void end(@Nullable CulvertException cause) {
        if (closing) {
            return;
        }
        if (cause != null && cause.code() == WireError.HEARTBEAT_TIMEOUT) {
            hangUp(cause);
            return;
        }
        for (int id : ids()) {
            // Not left to the end of the connection, which some peers take for an end of the stream.
            writer.control(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
        }
        writer.control(TYPE_GO_AWAY, 0, 0, goAwayCode(cause));
        writer.close();
        finish(cause);
        sayFarewell();
    }

    private void lost(@Nullable Throwable cause) {
        if (closing) {
            return;
        }
        boolean left = goneAway.isDone() && streams.isEmpty();
        closing = true;
        writer.abandon();
        channel.close(); // before the streams hear of it, who ask whether the connection is to blame
        if (left) {
            finish(null);
        } else {
            String how = cause == null ? "ended without a goodbye" : "was lost: " + cause.getMessage();
            finish(new CulvertException(WireError.CONNECTION_LOST, "yamux: the connection " + how + ".", cause));
        }
    }

    /**
     * Ends the connection with a peer that is silent. A farewell would wait behind all that it has not acknowledged;
     * a reset goes out at once, and where only the way back is broken the peer hears of the end by it.
     */
    private void hangUp(CulvertException cause) {
        closing = true;
        writer.abandon();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
        finish(cause);
    }

    /** Tells everybody here. */
    private void finish(@Nullable CulvertException cause) {
        closing = true;
        reader.stop();
        CulvertException reason = cause == null ? isClosed() : cause;
        heartbeat.stop(reason);
        pongs.stop();
        lingering.clear();
        opener.refuseAll(reason);
        for (int id : ids()) {
            YamuxStream stream = streams.get(id);
            if (stream != null) {
                stream.takeReset("the session ended: " + reason.getMessage());
            }
        }
        goneAway.tryFailure(reason);
        if (cause == null) {
            closed.trySuccess(null);
        } else {
            closed.tryFailure(cause);
        }
    }

    private void sayFarewell() {
        boolean nothingBetween =
                channel.pipeline().firstContext() == channel.pipeline().context(Handler.class);
        if (channel instanceof DuplexChannel socket && nothingBetween) {
            // An empty write completes after all before it.
            channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> socket.shutdownOutput());
        }
        Future<?> deadline = loop.schedule(() -> channel.close(), FAREWELL_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(done -> deadline.cancel(false));
        channel.config().setAutoRead(true); // until the peer has read it and ends the connection
    }

    private int[] ids() {
        int[] ids = new int[streams.size()];
        int i = 0;
        for (int id : streams.keySet()) {
            ids[i++] = id;
        }
        return ids;
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private static int goAwayCode(@Nullable CulvertException cause) {
        if (cause == null) {
            return GO_AWAY_NORMAL;
        }
        return cause.code() == WireError.PROTOCOL_VIOLATION ? GO_AWAY_PROTOCOL_ERROR : GO_AWAY_INTERNAL_ERROR;
    }

    private static CulvertException isClosed() {
        return new CulvertException(WireError.CONNECTION_LOST, "yamux: the session is closed.");
    }

    private static CulvertException violation(YamuxHeader header, String reason) {
        return new CulvertException(WireError.PROTOCOL_VIOLATION, "yamux: " + header + ": " + reason + ".");
    }

    /** The session's place in the connection's pipeline. */
    private final class Handler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            writer.beginTurn();
            try {
                reader.read((ByteBuf) message);
            } catch (CulvertException e) {
                end(e);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            heartbeat.onBytes();
            for (int i = 0; i < touched.size(); i++) {
                YamuxStream stream = touched.get(i);
                stream.setTouched(false);
                stream.endTurn();
            }
            touched.clear();
            writer.endTurn();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            writer.resume();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                // Yamux has no half-closed sessions.
                lost(null);
                ctx.close();
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof CulvertException known) {
                end(known);
            } else {
                lost(cause);
            }
        }
    }
}
