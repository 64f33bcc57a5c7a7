package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What is behind an endpoint: clients, some or none of which are there. Thread-safe. */
public interface TunnelHandle {

    /** The tunnel's name, as its client gave it. */
    String name();

    /** Whose it is. */
    Principal owner();

    /**
     * Opens a stream to the service, through the session that suits best. Works from any thread and for anyone with the
     * right, not for a visitor only. Until it closes, or is {@linkplain #leave left}, it takes a place of those that the
     * limits of the tunnel and of the account allow.
     *
     * @param origin on whose behalf; {@link StreamOrigin#UNKNOWN} takes no place
     * @return fails with {@link dev.culvert.spi.TunnelError#NO_CLIENT} while no client is there
     */
    Future<TunnelStream> openStream(StreamOrigin origin);

    /**
     * Decides whose turn it is, for protocols that keep streams and use them again, or use one for many: they ask this
     * before each use.
     *
     * @param origin on whose behalf
     * @param token which {@link Turn#token} the visitor says it was given, whoever made it up; null for none
     */
    default CompletionStage<Turn> turn(StreamOrigin origin, @Nullable String token) {
        return CompletableFuture.completedFuture(new Turn() {
            @Override
            public boolean isOf(TunnelStream stream) {
                return true;
            }

            @Override
            public boolean isSame(Turn other) {
                return true;
            }

            @Override
            public Future<TunnelStream> openStream(StreamOrigin on) {
                return TunnelHandle.this.openStream(on);
            }
        });
    }

    /**
     * The same tunnel, for what has to go through sessions that came by one of the server's listeners.
     *
     * @param listener the name of the {@code [[listen]]} section
     * @param only whether no others will do: while the client has none that came there, streams fail with
     *     {@link dev.culvert.spi.TunnelError#NOT_BY_LISTENER}. Else the others are the second choice
     */
    TunnelHandle through(String listener, boolean only);

    /**
     * Whether a stream may carry for someone else than it was opened for: whether {@link #openStream} would go to the same
     * client, and let this one in. For protocols that use a stream more than once. Works from any thread.
     *
     * @param stream from {@link #openStream}
     * @param origin on whose behalf it would be used now
     */
    boolean mayReuse(TunnelStream stream, StreamOrigin origin);

    /**
     * A stream is kept, and nobody uses it now: the place that it took among the tunnel's and the account's visitors is
     * free again, which else it is when the stream closes. From any thread; once or more.
     *
     * @param stream from {@link #openStream}
     */
    void leave(TunnelStream stream);

    /**
     * Takes a place for another use of a stream that was {@linkplain #leave left}. From any thread.
     *
     * @param stream {@linkplain #mayReuse usable} on behalf of that origin
     * @param origin on whose behalf it is used now
     * @return whether there was a place; if not, {@link #openStream} tells why, or finds another client that has one
     */
    boolean enter(TunnelStream stream, StreamOrigin origin);

    /** Completes as soon as a client is there; at once if one is. */
    CompletionStage<Void> available();

    /**
     * Joins a visitor to a stream until both have ended: both directions, half-closes, backpressure, resets; writes the
     * connection log and counts. Both channels are registered; the bridge turns their auto-read on.
     *
     * @param visitor the visitor's connection; owned by the bridge from now on
     * @param stream from {@link #openStream}; owned by the bridge from now on
     * @param options the tunnel's
     */
    void bridge(DuplexChannel visitor, TunnelStream stream, BridgeOptions options);

    /**
     * Lets a visitor in whose traffic no bridge carries, as that of many flows on one stream: checks that it may come,
     * and begins its place in the connection log.
     *
     * @param stream from {@link #openStream}: what carries it
     * @param origin who it is
     * @return to be ended once, whatever happens
     * @throws CulvertException ({@link dev.culvert.spi.TunnelError}) if it may not; not noted as refused by this
     */
    Visit visit(TunnelStream stream, StreamOrigin origin);

    /**
     * Counts datagrams of visitors. Called now and then with what has come together since, not for each one.
     *
     * @param count how many
     */
    void counted(DatagramCount count);

    /**
     * Notes a visitor that got nothing, in the connection log and the metrics.
     *
     * @param origin who it was
     * @param cause why
     */
    void refused(StreamOrigin origin, CulvertException cause);

    /**
     * The same, where a stream had opened: it counts for the session that carries it, too.
     *
     * @param origin who it was
     * @param stream from {@link #openStream}
     * @param cause why
     */
    default void refused(StreamOrigin origin, TunnelStream stream, CulvertException cause) {
        refused(origin, cause);
    }

    /**
     * Notes that a stream which carries one request after another, or many at once, carries one from now on: it counts as
     * open for a visitor. From any thread.
     *
     * @param stream from {@link #openStream}
     * @return to be run once, when it does so no more
     */
    default Runnable carries(TunnelStream stream) {
        return () -> {};
    }

    /**
     * Notes a request that has ended, in the metrics. One that was {@linkplain #refused refused} is noted both ways; one that
     * was answered by 101 and then {@linkplain #bridge bridged} too, and counts as what was bridged.
     *
     * @param report what became of it
     */
    void requestEnded(RequestReport report);
}
