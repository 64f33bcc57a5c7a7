package dev.culvert.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server that lets its one client in and then does as it likes: yamux and the session protocol by hand, so that nothing
 * of ours keeps it from asking for what it may not have.
 */
final class HostileServer implements AutoCloseable {

    private static final int DATA = 0;
    private static final int WINDOW_UPDATE = 1;
    private static final int PING = 2;
    private static final int SYN = 1;
    private static final int ACK = 2;
    private static final int FIN = 4;
    private static final int RST = 8;
    private static final int CONTROL = 1;

    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
    private final Map<Integer, Heard> heard = new ConcurrentHashMap<>();
    private volatile DataOutputStream out;

    /** What came on one stream. */
    static final class Heard {

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        volatile boolean ended;
        volatile boolean reset;
    }

    HostileServer() throws IOException {
        Thread thread = new Thread(this::serve, "hostile server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    Heard heard(int stream) {
        return heard.computeIfAbsent(stream, id -> new Heard());
    }

    /** Whether the client has said this on the control stream. */
    boolean hasHeard(String word) {
        Heard control = heard(CONTROL);
        synchronized (control) {
            return control.bytes.toString(StandardCharsets.UTF_8).contains(word);
        }
    }

    void say(String json) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] message = new byte[4 + text.length];
        message[2] = (byte) (text.length >> 8);
        message[3] = (byte) text.length;
        System.arraycopy(text, 0, message, 4, text.length);
        send(DATA, 0, CONTROL, message.length, message);
    }

    /** Opens a stream for a tunnel by its number, with a word for the service behind it. */
    void open(int stream, int tunnel, String word) throws IOException {
        byte[] header = {0x10, (byte) (tunnel >> 24), (byte) (tunnel >> 16), (byte) (tunnel >> 8), (byte) tunnel, 0, 0};
        send(DATA, SYN, stream, header.length, header);
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        send(DATA, FIN, stream, text.length, text);
    }

    private void serve() {
        while (!listener.isClosed()) {
            serveOne();
        }
    }

    private void serveOne() {
        try (Socket client = listener.accept();
                DataInputStream in = new DataInputStream(client.getInputStream())) {
            out = new DataOutputStream(client.getOutputStream());
            while (true) {
                in.readByte();
                int type = in.readByte();
                int flags = in.readShort();
                int stream = in.readInt();
                int length = in.readInt();
                if (type == PING && (flags & SYN) != 0) {
                    send(PING, ACK, 0, length, new byte[0]);
                }
                if ((flags & SYN) != 0 && stream != 0) {
                    send(WINDOW_UPDATE, ACK, stream, 0, new byte[0]);
                }
                Heard on = heard(stream);
                if (type == DATA) {
                    byte[] bytes = in.readNBytes(length);
                    synchronized (on) {
                        on.bytes.write(bytes);
                    }
                }
                on.ended |= (flags & FIN) != 0;
                on.reset |= (flags & RST) != 0;
            }
        } catch (IOException e) {
            // The test is over, or the client has had enough.
        }
    }

    private synchronized void send(int type, int flags, int stream, int length, byte[] bytes) throws IOException {
        out.writeByte(0);
        out.writeByte(type);
        out.writeShort(flags);
        out.writeInt(stream);
        out.writeInt(length);
        out.write(bytes);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
