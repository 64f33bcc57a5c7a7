package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The client's half where the service is a directory: it answers the requests itself. Thread-safe. */
final class FileSite implements LocalService {

    private static final int MOST_HEAD = 64 << 10; // as a server may let pass with what it adds

    private final SiteFiles files;
    private final Executor blocking;
    private final Set<SiteConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    FileSite(Path root, Executor blocking) {
        this.files = new SiteFiles(root);
        this.blocking = blocking;
    }

    @Override
    public void deliver(IncomingStream stream) {
        DuplexChannel channel = stream.channel();
        stream.accept(); // first: what it says to the server is no HTTP
        if (!stream.origin().equals(StreamOrigin.UNKNOWN)) { // else nobody's: it asks whether the way is open
            VisitCounter visit = new VisitCounter(stream.visit(stream.origin()));
            channel.pipeline().addLast(visit);
            channel.closeFuture().addListener(gone -> visit.end());
        }
        SiteConnection connection = new SiteConnection(this, channel);
        connections.add(connection);
        channel.closeFuture().addListener(gone -> connections.remove(connection));
        HttpDecoderConfig limits =
                new HttpDecoderConfig().setMaxInitialLineLength(MOST_HEAD).setMaxHeaderSize(MOST_HEAD);
        channel.pipeline().addLast(new HttpServerCodec(limits), connection);
        channel.config().setAutoRead(true);
    }

    @Override
    public void drain() {
        draining = true;
        connections.forEach(SiteConnection::drain);
    }

    /** Streams that are kept for later requests end: those would still get what is no longer in the file. */
    @Override
    public void close() {
        drain();
    }

    SiteFiles files() {
        return files;
    }

    Executor blocking() {
        return blocking;
    }

    boolean isDraining() {
        return draining;
    }
}
