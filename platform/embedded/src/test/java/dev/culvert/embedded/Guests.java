package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Services and visitors of all types that speak alike once they are through: a WebSocket of http and a ClientHello of TLS
 * come first, then lines. The service says each line again; {@code SEND n} is followed by so many bytes and answered by
 * how many came, {@code FETCH n} is answered by them.
 */
final class Guests implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int DATAGRAM = 1_000;

    private final ServerSocket streams;
    private final DatagramSocket datagrams;
    private final IntSupplier refusals;

    /** How many bytes have come from whom since its {@code SEND}. */
    private final Map<Object, Integer> sent = new ConcurrentHashMap<>();

    enum Kind {
        TCP,
        UDP,
        HTTP,
        TLS;

        String type() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What a visitor sees who is one too many. */
        String refusal(String code) {
            return switch (this) {
                case TCP -> "reset";
                case UDP -> "silence";
                case HTTP -> (code.equals("CLV-4008") ? "503 " : "429 ") + code;
                case TLS -> "alert 80";
            };
        }
    }

    /**
     * Starts the services.
     *
     * @param refusals how many visitors were refused so far: how long silence has to be listened to
     */
    Guests(IntSupplier refusals) throws IOException {
        this.refusals = refusals;
        streams = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        datagrams.setReceiveBufferSize(1 << 20);
        thread(() -> {
            while (true) {
                Socket visitor = streams.accept();
                thread(() -> {
                    try (visitor) {
                        serve(new BufferedInputStream(visitor.getInputStream()), visitor.getOutputStream());
                    }
                });
            }
        });
        thread(this::serveDatagrams);
    }

    /** The port of the service. */
    int service(Kind kind) {
        return kind == Kind.UDP ? datagrams.getLocalPort() : streams.getLocalPort();
    }

    Guest guest(Kind kind, String from, int port, String host) throws IOException {
        return kind == Kind.UDP ? new Datagrams(from, port) : new Bytes(kind, from, port, host);
    }

    @Override
    public void close() throws IOException {
        streams.close();
        datagrams.close();
    }

    private static void serve(InputStream in, OutputStream out) throws IOException {
        in.mark(5);
        int first = in.read();
        in.reset();
        if (first == 'G') {
            head(in);
            out.write(("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Accept: x\r\n\r\n")
                    .getBytes(ISO_8859_1));
        } else if (first == 22) {
            out.write(record(in));
        }
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.startsWith("SEND ")) {
                in.readNBytes(amount(line));
                out.write((amount(line) + "\n").getBytes(ISO_8859_1));
            } else if (line.startsWith("FETCH ")) {
                out.write(new byte[amount(line)]);
            } else {
                out.write((line + "\n").getBytes(ISO_8859_1));
            }
        }
    }

    private void serveDatagrams() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        while (true) {
            packet.setLength(2_000);
            datagrams.receive(packet);
            Object from = packet.getSocketAddress();
            String said = text(packet);
            if (packet.getLength() == DATAGRAM) {
                sent.merge(from, DATAGRAM, Integer::sum);
            } else if (said.startsWith("FETCH ")) {
                for (int left = amount(said); left > 0; left -= DATAGRAM) {
                    datagrams.send(new DatagramPacket(new byte[DATAGRAM], DATAGRAM, packet.getSocketAddress()));
                }
            } else {
                byte[] answer =
                        (said.equals("SENT") ? String.valueOf(sent.getOrDefault(from, 0)) : said).getBytes(ISO_8859_1);
                datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        }
    }

    /** A visitor. */
    abstract static class Guest implements AutoCloseable {

        /** Says something; what became of it: {@code served}, or what is seen of a refusal. */
        abstract String fate() throws IOException;

        /** What the service answers to a line. */
        abstract String say(String line) throws IOException;

        /** Sends so many bytes, and tells how many arrived. */
        abstract int send(int amount) throws IOException;

        /** Asks for so many bytes, and tells how many arrived. */
        abstract int fetch(int amount) throws IOException;

        @Override
        public abstract void close() throws IOException;
    }

    private static final class Bytes extends Guest {

        private final Kind kind;
        private final String host;
        private final Socket socket = new Socket();
        private final String from;
        private final int port;

        Bytes(Kind kind, String from, int port, String host) {
            this.kind = kind;
            this.from = from;
            this.port = port;
            this.host = host;
        }

        @Override
        String fate() throws IOException {
            try {
                socket.bind(new InetSocketAddress(from, 0));
                socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
                socket.setSoTimeout(PATIENCE_MILLIS);
                String refusal = begin();
                return refusal != null ? refusal : say("hello").equals("hello") ? "served" : "end";
            } catch (SocketException e) {
                return String.valueOf(e.getMessage()).contains("reset") ? "reset" : e.toString();
            }
        }

        // What comes before lines; null if that went well.
        private @Nullable String begin() throws IOException {
            InputStream in = socket.getInputStream();
            if (kind == Kind.HTTP) {
                say0(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(ISO_8859_1));
                String answer = head(in);
                if (!answer.startsWith("HTTP/1.1 101 ")) {
                    String error = answer.replaceFirst("(?s).*x-culvert-error: (\\S+).*", "$1");
                    return answer.substring(9, 13) + error;
                }
            } else if (kind == Kind.TLS) {
                say0(clientHello());
                byte[] record = record(in);
                return record[0] == 21 ? "alert " + record[6] : null;
            }
            return null;
        }

        private byte[] clientHello() throws IOException {
            try {
                SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, 443);
                engine.setUseClientMode(true);
                SSLParameters parameters = engine.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(host)));
                engine.setSSLParameters(parameters);
                ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
                engine.wrap(ByteBuffer.allocate(0), hello);
                return Arrays.copyOf(hello.array(), hello.position());
            } catch (NoSuchAlgorithmException e) {
                throw new IOException(e);
            }
        }

        @Override
        String say(String line) throws IOException {
            say0((line + "\n").getBytes(ISO_8859_1));
            return line(socket.getInputStream());
        }

        @Override
        int send(int amount) throws IOException {
            say0(("SEND " + amount + "\n").getBytes(ISO_8859_1));
            say0(new byte[amount]);
            return Integer.parseInt(line(socket.getInputStream()));
        }

        @Override
        int fetch(int amount) throws IOException {
            say0(("FETCH " + amount + "\n").getBytes(ISO_8859_1));
            return socket.getInputStream().readNBytes(amount).length;
        }

        private void say0(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private final class Datagrams extends Guest {

        private final DatagramSocket socket;

        Datagrams(String from, int port) throws IOException {
            socket = new DatagramSocket(new InetSocketAddress(from, 0));
            socket.setReceiveBufferSize(1 << 20);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(50);
        }

        @Override
        String fate() throws IOException {
            int before = refusals.getAsInt();
            long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
            for (int i = 0; System.nanoTime() < end; i++) {
                if (i % 10
                        == 0) { // the first may have come too early, and refusals that repeat are not told one by one
                    send("hello".getBytes(ISO_8859_1));
                }
                boolean refused = refusals.getAsInt() > before;
                try {
                    return receive().equals("hello") ? "served" : "something else";
                } catch (SocketTimeoutException e) {
                    if (refused) {
                        return "silence";
                    }
                }
            }
            return "nothing at all";
        }

        @Override
        String say(String line) throws IOException {
            socket.setSoTimeout(PATIENCE_MILLIS);
            send(line.getBytes(ISO_8859_1));
            return receive();
        }

        @Override
        int send(int amount) throws IOException {
            for (int left = amount; left > 0; left -= DATAGRAM) {
                send(new byte[DATAGRAM]);
            }
            while (true) { // an answer is within the rate, sooner or later
                send("SENT".getBytes(ISO_8859_1));
                try {
                    return Integer.parseInt(receive());
                } catch (SocketTimeoutException e) {
                    continue;
                }
            }
        }

        @Override
        int fetch(int amount) throws IOException {
            socket.setSoTimeout(500);
            int arrived = 0;
            while (true) {
                if (arrived == 0) { // a question may be beyond the rate itself
                    send(("FETCH " + amount).getBytes(ISO_8859_1));
                }
                try {
                    while (true) {
                        arrived += receive().length();
                    }
                } catch (SocketTimeoutException e) {
                    if (arrived > 0) {
                        return arrived;
                    }
                }
            }
        }

        private void send(byte[] bytes) throws IOException {
            socket.send(new DatagramPacket(bytes, bytes.length));
        }

        private String receive() throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            socket.receive(packet);
            return text(packet);
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
    }

    private static int amount(String line) {
        return Integer.parseInt(line.substring(line.indexOf(' ') + 1));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            head.append((char) c);
            if (head.toString().endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString();
    }

    private static byte[] record(InputStream in) throws IOException {
        byte[] header = in.readNBytes(5);
        if (header.length < 5) {
            throw new IOException("the connection ended");
        }
        byte[] rest = in.readNBytes((header[3] & 0xFF) << 8 | header[4] & 0xFF);
        byte[] whole = Arrays.copyOf(header, 5 + rest.length);
        System.arraycopy(rest, 0, whole, 5, rest.length);
        return whole;
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void thread(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // the other end is gone
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
