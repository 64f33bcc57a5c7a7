package dev.culvert.testkit;

import dev.culvert.spi.link.Datagrams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One end of a way for datagrams beside a stream, in memory. Thread-safe. */
final class KitDatagrams implements Datagrams {

    private final Way way;
    private final EventLoop loop;
    private @Nullable KitDatagrams other;
    private volatile @Nullable Receiver receiver;

    private KitDatagrams(Way way, EventLoop loop) {
        this.way = way;
        this.loop = loop;
    }

    /**
     * What such ways have in common.
     *
     * @param maxPayload the most bytes that a datagram may have
     * @param lostEvery which ones get lost: every one of that number; 0 for none
     * @param sent counts all
     */
    record Way(int maxPayload, int lostEvery, AtomicInteger sent) {

        /** An end on this loop, whose other end is on that. */
        KitDatagrams between(EventLoop here, EventLoop there) {
            KitDatagrams end = new KitDatagrams(this, here);
            KitDatagrams other = new KitDatagrams(this, there);
            end.other = other;
            other.other = end;
            return end;
        }
    }

    KitDatagrams other() {
        KitDatagrams end = other;
        if (end == null) {
            throw new IllegalStateException("made without another end");
        }
        return end;
    }

    @Override
    public int maxPayload() {
        return way.maxPayload;
    }

    @Override
    public void send(long flow, ByteBuf payload) {
        boolean lost = way.sent.incrementAndGet() % Math.max(1, way.lostEvery) == 0 && way.lostEvery > 0;
        if (lost) {
            payload.release();
        } else {
            other().arrive(flow, payload); // ownership passes
        }
    }

    @Override
    public void onDatagram(Receiver taker) {
        receiver = taker;
    }

    private void arrive(long flow, ByteBuf payload) {
        loop.execute(() -> {
            Receiver taker = receiver;
            if (taker == null) {
                payload.release();
            } else {
                taker.receive(flow, payload);
            }
        });
    }
}
