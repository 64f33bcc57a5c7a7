package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.ServerHost;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Lets everybody in and says nothing: any program with the same multiplexer can be the other end. */
final class RawDialect implements StreamDialect {

    @Override
    public boolean authenticates() {
        return false;
    }

    @Override
    public boolean negotiatesTunnels() {
        return false;
    }

    @Override
    public void serve(Link link, ServerHost host) {
        // Only the server opens streams; a client that opens one means another protocol.
        link.onStream(RawDialect::reset);
        // Nothing says which process this is, so each session is a client of its own.
        var admission = new Admission(Principal.ANONYMOUS, UUID.randomUUID().toString(), "");
        host.admit(admission, new RawClient(link)).whenComplete((session, failure) -> {
            if (failure != null) {
                link.close(causeOf(failure));
            }
        });
        link.start();
    }

    @Override
    public CompletionStage<RemoteServer> connect(Link link, ClientHost host) {
        LastWord lastWord = new LastWord(link);
        link.onStream(stream -> {
            if (lastWord.isAsked()) {
                reset(stream);
                return;
            }
            lastWord.begun();
            lastWord.until(stream);
            stream.pipeline().addFirst(new UntilRead());
            host.deliver("", StreamOrigin.UNKNOWN, stream, new WordlessReply(stream));
        });
        link.start();
        return CompletableFuture.completedFuture(new RawServer(link, lastWord));
    }

    /** Ends a stream so that the other end cannot take it for a clean end. */
    static void reset(DuplexChannel stream) {
        if (stream.isOpen()) {
            stream.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        stream.close();
    }

    private static CulvertException causeOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof CulvertException known
                ? known
                : new CulvertException(WireError.CONNECTION_LOST, "the server failed: " + cause + ".", cause);
    }
}
