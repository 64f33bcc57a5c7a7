package dev.culvert.bench.stream;

import dev.culvert.spi.Role;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.testkit.LinkPair;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

/** Two links whose connections are embedded channels: what one writes the other reads, in this thread, when told to. */
final class LinkedEnds {

    private final EmbeddedChannel near = new EmbeddedChannel();
    private final EmbeddedChannel far = new EmbeddedChannel();
    private final Link nearLink;
    private final Link farLink;
    private ChannelHandler accepting = new ChannelInboundHandlerAdapter();

    LinkedEnds(Multiplexer multiplexer) {
        nearLink = multiplexer.open(LinkPair.plain(near), Role.SERVER);
        farLink = multiplexer.open(LinkPair.plain(far), Role.CLIENT);
        nearLink.onStream(stream -> stream.close());
        farLink.onStream(stream -> {
            stream.pipeline().addLast(accepting);
            stream.config().setAutoRead(true);
        });
        nearLink.start();
        farLink.start();
    }

    /**
     * Opens a stream.
     *
     * @param reader what is put on its far end, which reads at once
     */
    DuplexChannel open(ChannelHandler reader) {
        accepting = reader;
        Future<DuplexChannel> opened = nearLink.openStream();
        exchange();
        DuplexChannel stream = opened.getNow();
        stream.config().setAutoRead(true);
        return stream;
    }

    /** Moves bytes until neither end has any for the other. */
    void exchange() {
        boolean moved = true;
        while (moved) {
            near.runPendingTasks();
            moved = move(near, far);
            far.runPendingTasks();
            moved |= move(far, near);
        }
    }

    void close() {
        nearLink.close(null);
        exchange();
        near.finishAndReleaseAll();
        far.finishAndReleaseAll();
    }

    private static boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        boolean moved = false;
        for (Object message = from.readOutbound(); message != null; message = from.readOutbound()) {
            to.writeOneInbound(message);
            moved = true;
        }
        if (moved) {
            to.flushInbound();
        }
        return moved;
    }
}
