package dev.culvert.bench.load;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** The service's end of a bulk stream, on a thread of its own. */
final class ServiceBulk implements Runnable {

    private static final System.Logger log = System.getLogger(ServiceBulk.class.getName());

    private final SocketChannel channel;
    private final byte purpose;
    private final ByteBuffer first;

    private ServiceBulk(SocketChannel channel, byte purpose, ByteBuffer first) {
        this.channel = channel;
        this.purpose = purpose;
        this.first = first;
    }

    /** @param first what came together with the purpose; it is copied */
    static void start(SocketChannel channel, byte purpose, ByteBuffer first) {
        ByteBuffer copy = ByteBuffer.allocate(first.remaining()).put(first).flip();
        Thread thread = new Thread(new ServiceBulk(channel, purpose, copy), "bulk");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try (channel) {
            if (purpose == Wire.UPLOAD) {
                sink();
            } else {
                source();
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "a bulk stream ended early: " + e);
        }
    }

    private void sink() throws IOException {
        BlockReader reader = new BlockReader();
        reader.accept(first);
        reader.readAll(channel);
        ByteBuffer total = ByteBuffer.allocate(Long.BYTES);
        Wire.writeFully(channel, total.putLong(reader.bytes()).flip());
    }

    private void source() throws IOException {
        ByteBuffer request = ByteBuffer.allocate(Integer.BYTES).put(first);
        Wire.readFully(channel, request);
        long nanos = TimeUnit.MILLISECONDS.toNanos(request.getInt());
        new BlockWriter(channel).writeUntil(System.nanoTime() + nanos);
    }
}
