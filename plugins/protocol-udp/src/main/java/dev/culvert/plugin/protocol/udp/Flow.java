package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.Visit;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The datagrams of one visitor, as the server sees them. Belongs to the endpoint's loop. */
final class Flow {

    /** What IP and UDP add to a datagram, which may itself be empty. */
    private static final int HEADERS = 20 + 8;

    final InetSocketAddress visitor;
    final Sources.Source source;
    final BySilence.Place ofAll = new BySilence.Place(this);
    final BySilence.Place ofSource = new BySilence.Place(this);
    final Share share = new Share();

    /** Null until it is known whose turn it is. */
    @Nullable
    Lane lane;

    /** Which one of its lane's. */
    int id;

    /** When a datagram last went by, in either direction, on the clock of {@link System#nanoTime()}. */
    long lastActive;

    /** Null until its lane is open. */
    @Nullable
    Visit visit;

    /** The client has said that the service is not there; until when it is not asked again. 0 if it has not. */
    long refusedUntil;

    /** What is kept until there is a stream; null if nothing is. */
    HeldDatagrams.@Nullable Waiting waiting;

    /** Why it was refused before its first datagram was kept; null if it was not. */
    @Nullable
    DatagramLoss refusal;

    private long sent;
    private long answered;
    private boolean assured;

    Flow(InetSocketAddress visitor, Sources.Source source) {
        this.visitor = visitor;
        this.source = source;
    }

    /** Whether its visitor has sent again after an answer, which it must then have seen. */
    boolean isAssured() {
        return assured;
    }

    void assure() {
        assured = true;
    }

    boolean isAnswered() {
        return answered > 0;
    }

    void sent(int bytes) {
        sent += HEADERS + bytes;
    }

    /** Whether an answer is within that many times what the visitor has sent; if so it is counted. 0 for no limit. */
    boolean answer(int bytes, int times) {
        if (times > 0 && answered + HEADERS + bytes > times * sent) {
            return false;
        }
        answered += HEADERS + bytes;
        return true;
    }
}
