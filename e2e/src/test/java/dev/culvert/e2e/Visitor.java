package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** What visitors do. */
final class Visitor {

    static final String RESET = "Connection reset";

    private Visitor() {}

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Sends everything, ends its direction, and reads until the other one ends. */
    static byte[] sendAndReadToEnd(int port, byte[] bytes) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            return socket.getInputStream().readAllBytes();
        }
    }

    /** What the next read brings: "data", "end", {@value #RESET} or what the system says of another abnormal end. */
    static String fate(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0 ? "end" : "data";
        } catch (SocketException e) {
            return fate(e);
        }
    }

    /**
     * The fate of somebody who connects and listens. A reset that comes before Java has asked how the connecting went is
     * reported by that, and not by the read.
     */
    static String fateAt(int port) throws IOException {
        try (Socket socket = connect(port)) {
            return fate(socket);
        } catch (SocketException e) {
            return fate(e);
        }
    }

    /** Whether a service that echoes is reached; if not, the visitor was reset. Never waits for a service that listens. */
    static boolean isServed(int port) throws IOException {
        try {
            assertThat(sendAndReadToEnd(port, new byte[] {1})).containsExactly(1);
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    // Java has one wording for connecting and another for reading.
    private static String fate(SocketException e) {
        return String.valueOf(e.getMessage()).startsWith(RESET) ? RESET : e.toString();
    }

    /** Sends a word and waits until it has come back. */
    static String echo(Socket socket, String word) throws IOException {
        socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(word.length()), StandardCharsets.US_ASCII);
    }

    /** Reads to the end, as text. */
    static String read(int port) throws IOException {
        try (Socket socket = connect(port)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(InputStream in) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[64 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
