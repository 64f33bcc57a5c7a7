package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client of which nothing is known but its link. */
final class RawClient implements RemoteClient {

    private final Link link;
    private final LastWord lastWord;

    RawClient(Link link) {
        this.link = link;
        lastWord = new LastWord(link);
    }

    @Override
    public EventLoop eventLoop() {
        return link.eventLoop();
    }

    @Override
    public int streams() {
        return link.streams();
    }

    @Override
    public boolean isDraining() {
        return link.goAwayFuture().isDone();
    }

    @Override
    public boolean isDoubtful() {
        return link.isDoubtful();
    }

    /** The tunnel and the origin stay here: the wire has no place for them. */
    @Override
    public Future<TunnelStream> openStream(String tunnel, StreamOrigin origin) {
        Promise<TunnelStream> opened = link.eventLoop().newPromise();
        if (link.eventLoop().inEventLoop()) {
            openStream(opened);
        } else {
            link.eventLoop().execute(() -> openStream(opened));
        }
        return opened;
    }

    private void openStream(Promise<TunnelStream> opened) {
        if (lastWord.isAsked()) {
            opened.tryFailure(new CulvertException(WireError.GOING_AWAY, "the session takes no new streams."));
            return;
        }
        lastWord.begun();
        link.openStream().addListener((Future<DuplexChannel> stream) -> {
            if (!stream.isSuccess()) {
                lastWord.ended();
                opened.tryFailure(stream.cause());
                return;
            }
            DuplexChannel channel = stream.getNow();
            lastWord.until(channel);
            channel.pipeline().addFirst(new UntilRead());
            var ready = new TunnelStream(channel, channel.eventLoop().newSucceededFuture(null));
            if (!opened.trySuccess(ready)) {
                RawDialect.reset(channel); // nobody waits for it any more
            }
        });
    }

    @Override
    public void tunnelClosed(String tunnel, CulvertException cause) {
        // The client learns of it by getting no more streams.
    }

    @Override
    public Future<Duration> ping() {
        return link.ping();
    }

    /** Go-away is the one word that the multiplexer has for it, and comes last; the deadline is not said. */
    @Override
    public void drain(Duration deadline) {
        lastWord.ask();
    }

    @Override
    public void close(@Nullable CulvertException cause) {
        link.close(cause);
    }

    @Override
    public Future<Void> closeFuture() {
        return link.closeFuture();
    }
}
