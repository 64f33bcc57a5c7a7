package dev.culvert.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Many connections to a control port that never log in; half of them say a byte now and then. One thread. */
final class Strangers implements AutoCloseable {

    private static final int AT_ONCE = 500;

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private final AtomicInteger open = new AtomicInteger();
    private long bytesHeard;

    Strangers() throws IOException {}

    /** Connects; a few at a time, so that the system's queue of connections does not overflow. */
    void connect(String from, int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.bind(new InetSocketAddress(from, 0));
            try {
                channel.connect(new InetSocketAddress("127.0.0.1", port));
            } catch (IOException e) {
                channel.close();
                continue;
            }
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, i % 2 == 0);
            open.incrementAndGet();
            if (i % AT_ONCE == AT_ONCE - 1) {
                look(Duration.ofMillis(1));
            }
        }
    }

    /** Looks who has been closed, and lets the slow ones say another byte. */
    void look(Duration time) throws IOException {
        selector.select(Math.max(1, time.toMillis()));
        for (SelectionKey key : selector.selectedKeys()) {
            read(key);
        }
        selector.selectedKeys().clear();
    }

    void speak() throws IOException {
        for (SelectionKey key : selector.keys()) {
            if (key.isValid() && Boolean.TRUE.equals(key.attachment())) {
                try {
                    ((SocketChannel) key.channel()).write(ByteBuffer.allocate(1));
                } catch (IOException e) {
                    close(key);
                }
            }
        }
    }

    int open() {
        return open.get();
    }

    long bytesHeard() {
        return bytesHeard;
    }

    private void read(SelectionKey key) throws IOException {
        buffer.clear();
        try {
            int read = ((SocketChannel) key.channel()).read(buffer);
            if (read < 0) {
                close(key);
            } else {
                bytesHeard += read;
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private void close(SelectionKey key) throws IOException {
        key.cancel();
        key.channel().close();
        open.decrementAndGet();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
