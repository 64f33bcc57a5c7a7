package dev.culvert.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The private service: sink, source, echo and HTTP on one port.
 *
 * <p>One thread serves what is small. Bulk data gets a thread for each connection, see {@link ServiceBulk}.
 */
final class Service implements AutoCloseable {

    private static final int BACKLOG = 4096;

    private final ServerSocketChannel acceptor;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
    private final ByteBuffer answer =
            ByteBuffer.allocateDirect(Wire.RESPONSE.length).put(Wire.RESPONSE);

    private Service(ServerSocketChannel acceptor, Selector selector) {
        this.acceptor = acceptor;
        this.selector = selector;
    }

    static Service listen(int port) throws IOException {
        ServerSocketChannel acceptor = ServerSocketChannel.open();
        acceptor.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
        acceptor.configureBlocking(false);
        Selector selector = Selector.open();
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
        return new Service(acceptor, selector);
    }

    int port() {
        return acceptor.socket().getLocalPort();
    }

    /** Serves until {@link #close()}. */
    void run() throws IOException {
        try {
            while (true) {
                selector.select(this::serve);
            }
        } catch (ClosedSelectorException e) {
            // closed from another thread, which is how it ends
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        acceptor.close();
    }

    private void serve(SelectionKey key) {
        if (key.channel() == acceptor) {
            accept();
            return;
        }
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            serve(channel, key);
        } catch (IOException e) {
            close(channel); // the visitor sees the end, and fails; it is the one that reports
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = acceptor.accept(); channel != null; channel = acceptor.accept()) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the service cannot accept connections", e);
        }
    }

    private void serve(SocketChannel channel, SelectionKey key) throws IOException {
        if (channel.read(in.clear()) < 0) {
            channel.close();
            return;
        }
        in.flip();
        if (!(key.attachment() instanceof Conversation)) {
            begin(channel, key);
        }
        if (key.attachment() instanceof Conversation conversation && in.hasRemaining()) {
            conversation.heard(channel, in);
        }
    }

    /** What the service does with bytes of one connection. */
    private interface Conversation {
        void heard(SocketChannel channel, ByteBuffer bytes) throws IOException;
    }

    private void begin(SocketChannel channel, SelectionKey key) throws IOException {
        byte purpose = in.get();
        switch (purpose) {
            case Wire.UPLOAD, Wire.DOWNLOAD -> {
                key.cancel();
                channel.configureBlocking(true);
                ServiceBulk.start(channel, purpose, in);
            }
            case Wire.ECHO -> key.attach((Conversation) Service::write);
            case Wire.ONCE -> key.attach((Conversation) Service::writeAndClose);
            case Wire.HTTP -> key.attach(http());
            default -> throw new IOException("purpose: " + purpose);
        }
    }

    private Conversation http() {
        HttpRequests requests = new HttpRequests();
        return (channel, bytes) -> {
            for (int i = requests.end(bytes); i > 0; i--) {
                write(channel, answer.clear());
            }
        };
    }

    private static void writeAndClose(SocketChannel channel, ByteBuffer bytes) throws IOException {
        write(channel, bytes);
        channel.close();
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            throw new IOException("a visitor sends and does not read");
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket does not close", e);
        }
    }
}
