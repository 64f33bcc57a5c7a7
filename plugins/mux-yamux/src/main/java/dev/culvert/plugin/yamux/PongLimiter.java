package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_ACK;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_PING;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** Answers pings, but only so many in a second: further answers come late, and a flood ends the session. */
final class PongLimiter {

    private static final int PER_SECOND = 10;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final FrameWriter writer;
    private final ArrayDeque<Integer> late = new ArrayDeque<>(1);
    private long since;
    private int answered;
    private boolean stopped;

    PongLimiter(EventLoop loop, FrameWriter writer) {
        this.loop = loop;
        this.writer = writer;
        since = loop.ticker().nanoTime() - SECOND;
    }

    void onPing(int value) {
        if (late.isEmpty() && mayAnswer()) {
            answer(value);
            return;
        }
        if (late.size() == FrameWriter.MAX_REPLIES) {
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION,
                    "yamux: the peer sends pings far faster than " + PER_SECOND + " a second.");
        }
        if (late.isEmpty()) {
            loop.schedule(this::answerLate, SECOND / PER_SECOND, TimeUnit.NANOSECONDS);
        }
        late.add(value);
    }

    void stop() {
        stopped = true;
        late.clear();
    }

    private boolean mayAnswer() {
        long now = loop.ticker().nanoTime();
        if (now - since >= SECOND) {
            since = now;
            answered = 0;
        }
        return answered++ < PER_SECOND;
    }

    private void answerLate() {
        Integer value = late.poll();
        if (value != null && !stopped) {
            writer.control(TYPE_PING, FLAG_ACK, 0, value);
            if (!late.isEmpty()) {
                loop.schedule(this::answerLate, SECOND / PER_SECOND, TimeUnit.NANOSECONDS);
            }
        }
    }

    private void answer(int value) {
        writer.control(TYPE_PING, FLAG_ACK, 0, value);
    }
}
