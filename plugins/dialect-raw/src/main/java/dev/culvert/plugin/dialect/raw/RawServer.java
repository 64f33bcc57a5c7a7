package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.link.Link;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server of which nothing is known but its link. */
final class RawServer implements RemoteServer {

    private final Link link;
    private final LastWord lastWord;
    private final String sessionId = UUID.randomUUID().toString();

    RawServer(Link link, LastWord lastWord) {
        this.link = link;
        this.lastWord = lastWord;
    }

    /** Made up here: the server tells none. */
    @Override
    public String sessionId() {
        return sessionId;
    }

    @Override
    public CompletionStage<Optional<Endpoint>> openTunnel(TunnelRequest request) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void closeTunnel(String name) {
        // The server's file declares its tunnels; a client has no say.
    }

    @Override
    public int streams() {
        return link.streams();
    }

    @Override
    public Future<Duration> ping() {
        return link.ping();
    }

    /** Comes last; until then streams that the server opens are reset. */
    @Override
    public void goAway() {
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
