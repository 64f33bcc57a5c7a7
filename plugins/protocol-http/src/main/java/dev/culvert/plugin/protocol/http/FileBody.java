package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.Network;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way to a visitor: one chunk is read at a time, and only while the stream takes more. Lives on the stream's
 * loop; the file is read elsewhere, and closed as soon as nobody reads it.
 */
final class FileBody {

    private static final Logger log = LoggerFactory.getLogger(FileBody.class);
    private static final int CHUNK = 64 << 10;
    private static final long PAUSE_MILLIS = 50;

    private final FileChannel file;
    private final Channel channel;
    private final Executor blocking;
    private final Runnable done;
    private long at;
    private long left;
    private boolean reading; // or waiting to
    private boolean over;

    /**
     * Makes one, which owns the file.
     *
     * @param part what is to be sent of it
     * @param done called when all of that is written
     */
    FileBody(FileChannel file, ByteRange part, Channel channel, Executor blocking, Runnable done) {
        this.file = file;
        this.at = part.from();
        this.left = part.length();
        this.channel = channel;
        this.blocking = blocking;
        this.done = done;
    }

    /** Reads on, if the stream takes more. */
    void goOn() {
        if (reading || over || left == 0 || !channel.isWritable()) {
            return;
        }
        reading = true;
        long from = at;
        int count = (int) Math.min(CHUNK, left);
        try {
            blocking.execute(() -> read(from, count));
        } catch (RejectedExecutionException e) {
            // The answer has begun: it waits for its turn.
            channel.eventLoop().schedule(() -> arrived(null, 0), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Nobody wants the rest. */
    void stop() {
        if (!over) {
            over = true;
            if (!reading) {
                close(file, blocking);
            }
        }
    }

    private void read(long from, int count) {
        ByteBuf chunk = channel.alloc().directBuffer(count);
        int read;
        try {
            read = chunk.writeBytes(file, from, count);
        } catch (IOException | RuntimeException e) {
            log.debug("{}: {}", channel, e.toString());
            read = -1;
        }
        int got = read;
        try {
            channel.eventLoop().execute(() -> arrived(chunk, got));
        } catch (RejectedExecutionException e) { // the process ends
            chunk.release();
            close(file);
        }
    }

    // Without a chunk, nothing has been read yet.
    private void arrived(@Nullable ByteBuf chunk, int read) {
        reading = false;
        if (over || chunk != null && read <= 0) {
            if (chunk != null) {
                chunk.release();
            }
            close(file, blocking);
            if (!over) {
                over = true;
                Network.abort(channel); // the file has become shorter, which must not look like all of it
            }
            return;
        }
        if (chunk != null) {
            at += read;
            left -= read;
            channel.writeAndFlush(new DefaultHttpContent(chunk)); // ownership passes, even if the write fails
        }
        if (left == 0) {
            over = true;
            close(file, blocking);
            done.run();
        } else {
            goOn();
        }
    }

    /** Closes a file where that may block, or here, if there is no room. */
    static void close(@Nullable FileChannel file, Executor blocking) {
        if (file != null) {
            try {
                blocking.execute(() -> close(file));
            } catch (RejectedExecutionException e) {
                close(file);
            }
        }
    }

    static void close(@Nullable FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.debug("a file did not close: {}", e.toString());
        }
    }
}
