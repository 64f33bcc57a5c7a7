package dev.culvert.testkit;

import io.netty.channel.socket.SocketChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Two channels whose connection goes through somebody who listens, and who may change what passes. */
public final class Wiretap implements AutoCloseable {

    private final SocketPair.Raw near;
    private final SocketPair.Raw far;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final AtomicBoolean flip = new AtomicBoolean();

    private Wiretap(SocketPair.Raw near, SocketPair.Raw far) {
        this.near = near;
        this.far = far;
    }

    /**
     * Connects two channels.
     *
     * @param loops how they do I/O
     */
    public static Wiretap open(Loops loops) {
        Wiretap tap = new Wiretap(SocketPair.openRaw(loops), SocketPair.openRaw(loops));
        tap.pump(tap.near.far(), tap.far.far());
        tap.pump(tap.far.far(), tap.near.far());
        return tap;
    }

    /** One end. */
    public SocketChannel near() {
        return near.near();
    }

    /** The other end. */
    public SocketChannel far() {
        return far.near();
    }

    /** Changes one bit, in the last byte of what passes next. */
    public void flipABit() {
        flip.set(true);
    }

    /** Whether a bit that was to be changed has been. */
    public boolean hasFlipped() {
        return !flip.get();
    }

    /** Everything that passed, in both directions, as text. */
    public String heard() {
        synchronized (heard) {
            return heard.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }

    private void pump(Socket from, Socket to) {
        Thread thread = new Thread(
                () -> {
                    try {
                        from.setSoTimeout(0);
                        copy(from.getInputStream(), to);
                        to.shutdownOutput();
                    } catch (IOException e) {
                        closeQuietly(to);
                    }
                },
                "wiretap");
        thread.setDaemon(true);
        thread.start();
    }

    private void copy(InputStream in, Socket to) throws IOException {
        byte[] chunk = new byte[8192];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            if (flip.compareAndSet(true, false)) {
                chunk[read - 1] ^= 1;
            }
            synchronized (heard) {
                heard.write(chunk, 0, read);
            }
            to.getOutputStream().write(chunk, 0, read);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }
}
