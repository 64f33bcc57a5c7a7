package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_FIN;
import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_RST;
import static dev.culvert.plugin.yamux.YamuxHeader.INITIAL_WINDOW;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_WINDOW_UPDATE;

import dev.culvert.spi.stream.StreamChannel;
import dev.culvert.spi.stream.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/** One stream: its credit, its receive window, and what its channel asks of the session. */
final class YamuxStream extends StreamChannel {

    private final int id;
    private final YamuxLink link;

    // How many bytes the peer still lets us send.
    private long credit = INITIAL_WINDOW;

    // How many bytes we let the peer send: in all at a time, and of these still to come.
    private int window = INITIAL_WINDOW;
    private int promised = INITIAL_WINDOW;

    private int consumed;
    private long lastGrant = System.nanoTime();
    private boolean queued;
    private boolean touched;
    private boolean awaitsAck;
    private boolean aborted;

    YamuxStream(Channel connection, YamuxLink link, int id, boolean awaitsAck) {
        super(connection, Integer.toUnsignedLong(id));
        this.id = id;
        this.link = link;
        this.awaitsAck = awaitsAck;
    }

    int streamId() {
        return id;
    }

    /** Whether it waits for its turn to write. */
    boolean isQueued() {
        return queued;
    }

    void setQueued(boolean queued) {
        this.queued = queued;
    }

    /** Whether it takes part in the current turn of reading. */
    boolean isTouched() {
        return touched;
    }

    void setTouched(boolean touched) {
        this.touched = touched;
    }

    boolean awaitsAck() {
        return awaitsAck;
    }

    void setAcknowledged() {
        awaitsAck = false;
    }

    /** Whether the end of this stream needs no further word from the peer. */
    boolean isOver() {
        return aborted || isPeerFinished();
    }

    boolean peerFinished() {
        return isPeerFinished();
    }

    /** What of the session's allowance this stream has taken. */
    int extraWindow() {
        return window - INITIAL_WINDOW;
    }

    /** Grants more than the initial window; the caller tells the peer. */
    void widen(int bytes) {
        window += bytes;
        promised += bytes;
    }

    /**
     * The peer announced so many bytes.
     *
     * @return whether it may send them
     */
    boolean spend(long bytes) {
        if (bytes > promised) {
            return false;
        }
        promised -= (int) bytes;
        return true;
    }

    /** How many bytes the peer may still send, for messages. */
    int promised() {
        return promised;
    }

    /**
     * The peer grants credit.
     *
     * @return whether the sum is a number of the specification
     */
    boolean addCredit(long bytes) {
        credit += bytes;
        if (credit > 0xFFFF_FFFFL) {
            return false;
        }
        if (bytes > 0 && pendingBytes(1) > 0) {
            link.writer().ready(this);
        }
        return true;
    }

    /** How many bytes may be sent now, up to a limit. */
    int sendable(int limit) {
        return credit == 0 ? 0 : pendingBytes((int) Math.min(credit, limit));
    }

    void send(int length, Consumer<ByteBuf> sink) {
        credit -= length;
        transfer(length, sink);
    }

    void take(ByteBuf data) {
        receive(data);
    }

    void takeFinish() {
        receiveFinish();
    }

    void takeReset(String reason) {
        aborted = true;
        receiveReset(new StreamResetException(reason));
    }

    void endTurn() {
        receiveComplete();
    }

    @Override
    protected void writeReady() {
        if (credit > 0) {
            link.writer().ready(this);
        }
    }

    @Override
    protected void grant(int bytes) {
        consumed += bytes;
        // Half a window at a time: fewer frames, and the other half keeps the peer busy meanwhile.
        if (consumed < window / 2 || isPeerFinished()) {
            return;
        }
        long now = System.nanoTime();
        int growth = link.growth(window, now - lastGrant);
        int delta = consumed + growth;
        window += growth;
        promised += delta;
        consumed = 0;
        lastGrant = now;
        link.writer().control(TYPE_WINDOW_UPDATE, 0, id, delta);
    }

    @Override
    protected void finish() {
        link.writer().control(TYPE_WINDOW_UPDATE, FLAG_FIN, id, 0);
    }

    @Override
    protected void reset() {
        aborted = true;
        link.writer().control(TYPE_WINDOW_UPDATE, FLAG_RST, id, 0);
    }

    @Override
    protected void closed() {
        link.closed(this);
    }
}
