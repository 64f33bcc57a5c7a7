package dev.culvert.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Streams of bulk data that run side by side for a while. */
final class Bulk {

    /** Which way the bytes go, as the visitor sees it. */
    enum Direction {
        UP,
        DOWN
    }

    private final List<FutureTask<Void>> streams = new ArrayList<>();
    private final List<LongSupplier> counters = new ArrayList<>();

    private Bulk() {}

    /** Connects all streams, then starts them together. */
    static Bulk start(InetSocketAddress target, int streams, Direction direction, long nanos) throws IOException {
        Bulk bulk = new Bulk();
        for (int i = 0; i < streams; i++) {
            SocketChannel channel = Wire.connect(target);
            if (direction == Direction.UP) {
                BlockWriter writer = new BlockWriter(channel);
                bulk.add(writer::bytes, () -> upload(channel, writer, nanos));
            } else {
                BlockReader reader = new BlockReader();
                bulk.add(reader::bytes, () -> download(channel, reader, nanos));
            }
        }
        for (FutureTask<Void> stream : bulk.streams) {
            new Thread(stream, "bulk").start();
        }
        return bulk;
    }

    private interface Transfer {
        void run() throws IOException;
    }

    private void add(LongSupplier counter, Transfer transfer) {
        counters.add(counter);
        streams.add(new FutureTask<>(() -> {
            transfer.run();
            return null;
        }));
    }

    private static void upload(SocketChannel channel, BlockWriter writer, long nanos) throws IOException {
        try (channel) {
            Wire.writeFully(channel, ByteBuffer.wrap(new byte[] {Wire.UPLOAD}));
            writer.writeUntil(System.nanoTime() + nanos);
            ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
            Wire.readFully(channel, answer);
            long arrived = answer.getLong();
            if (arrived != writer.bytes()) {
                throw new IOException("bytes that arrived: " + arrived + " (expected: " + writer.bytes() + ")");
            }
        }
    }

    private static void download(SocketChannel channel, BlockReader reader, long nanos) throws IOException {
        try (channel) {
            ByteBuffer request = ByteBuffer.allocate(1 + Integer.BYTES);
            request.put(Wire.DOWNLOAD).putInt((int) TimeUnit.NANOSECONDS.toMillis(nanos));
            Wire.writeFully(channel, request.flip());
            reader.readAll(channel);
            Wire.awaitEnd(channel);
        }
    }

    /** What has been sent or has arrived so far, whichever happens at this end. */
    long bytes() {
        return counters.stream().mapToLong(LongSupplier::getAsLong).sum();
    }

    /** Waits until every byte of every stream has arrived, and fails if one did not. */
    void join() throws IOException, InterruptedException {
        for (FutureTask<Void> stream : streams) {
            try {
                stream.get();
            } catch (ExecutionException e) {
                throw new IOException("a bulk stream failed: " + e.getCause(), e);
            }
        }
    }
}
