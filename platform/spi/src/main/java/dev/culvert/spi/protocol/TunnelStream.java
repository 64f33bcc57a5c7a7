package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Datagrams;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a private service.
 *
 * @param channel the stream, auto-read off; bytes may be written before the service is known to be there
 * @param connected succeeds when the client has reached the service, fails with its
 *     {@link dev.culvert.spi.CulvertException} when it has not, and also when the stream ends before that is known;
 *     completes on the stream's loop. When it fails the channel then ends by an exception, never by a clean end of its
 *     input. Where a dialect does not tell, it has succeeded already, and a failed dial is a reset.
 * @param datagrams a way beside the stream for datagrams that may be lost, where the session has one; its flows are
 *     numbered for this stream alone, and their other end is {@link IncomingStream#datagrams()}
 */
public record TunnelStream(DuplexChannel channel, Future<Void> connected, Optional<Datagrams> datagrams) {

    /**
     * A stream of a session that carries no datagrams beside it.
     *
     * @param channel the stream
     * @param connected what became of the dial
     */
    public TunnelStream(DuplexChannel channel, Future<Void> connected) {
        this(channel, connected, Optional.empty());
    }

    /**
     * Why the service is not there, if that is known already; null while the answer is outstanding, and when it was good.
     * Looked at before the stream is bridged: a bridge sees the end of such a stream, but not its cause.
     */
    public @Nullable CulvertException failure() {
        return connected.isDone() && !connected.isSuccess() ? failure(connected.cause()) : null;
    }

    /**
     * What the failure of a stream, or of opening one, is to people.
     *
     * @param cause of {@link TunnelHandle#openStream} or {@link #connected}
     */
    public static CulvertException failure(Throwable cause) {
        return CulvertException.of(cause, WireError.STREAM_RESET, "the stream failed");
    }

    /** Ends a stream that is not bridged: its other end sees a reset. */
    public void abort() {
        Network.abort(channel);
    }
}
