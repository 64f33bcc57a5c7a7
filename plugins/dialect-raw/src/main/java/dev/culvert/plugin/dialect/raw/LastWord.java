package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.link.Link;
import io.netty.channel.socket.DuplexChannel;

/**
 * Says go-away when no stream is open any more. Said earlier it would end streams at some peers: Rust's yamux closes the
 * connection on it, JavaScript's ends every stream. Lives on the link's loop.
 */
final class LastWord {

    private final Link link;
    private int open;
    private boolean asked;

    LastWord(Link link) {
        this.link = link;
    }

    /** Whether the end is near, and nothing new is to begin. */
    boolean isAsked() {
        return asked;
    }

    /** A stream is on its way; {@link #ended} has to follow. */
    void begun() {
        open++;
    }

    /** A stream that had begun did not come into being, or is no more. */
    void ended() {
        open--;
        sayIfLast();
    }

    /** A stream counts until it is closed. */
    void until(DuplexChannel stream) {
        stream.closeFuture().addListener(closed -> ended());
    }

    /** Ends this side's interest in new streams. From any thread. */
    void ask() {
        link.eventLoop().execute(() -> {
            asked = true;
            sayIfLast();
        });
    }

    private void sayIfLast() {
        if (asked && open == 0) {
            link.goAway();
        }
    }
}
