package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A slow HTTP service: it holds as many requests as it is told, one on a connection, and answers them all when it is told.
 * It is a process of its own, since no process may have as many files open as visitors and service need together.
 */
final class HeldRequests implements AutoCloseable {

    private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow".getBytes(US_ASCII);

    private final Process process;
    private final BufferedReader says;
    private final PrintWriter told;
    private final int port;

    private HeldRequests(Process process) throws IOException {
        this.process = process;
        says = process.inputReader(US_ASCII);
        told = new PrintWriter(process.outputWriter(US_ASCII), true);
        port = Integer.parseInt(says.readLine());
    }

    static HeldRequests start() throws Exception {
        Path classes = Path.of(HeldRequests.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return new HeldRequests(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classes.toString(),
                        HeldRequests.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    int port() {
        return port;
    }

    /** Begins to hold so many. */
    void hold(int count) {
        told.println(count);
    }

    /** Waits until all of them are here. */
    void await() throws IOException {
        if (!"held".equals(says.readLine())) {
            throw new IOException("the service has ended");
        }
    }

    /** Answers them. */
    void release() {
        told.println("release");
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The process: a line of its input says how many to hold, the next one to let go of them. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, US_ASCII));
        try (ServerSocket listener = new ServerSocket(0, 4096, InetAddress.getByName("127.0.0.1"))) {
            System.out.println(listener.getLocalPort());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<Socket> held = new ArrayList<>();
                while (held.size() < Integer.parseInt(line)) {
                    Socket connection = listener.accept();
                    if (hasAsked(connection.getInputStream())) {
                        held.add(connection);
                    }
                }
                System.out.println("held");
                in.readLine();
                for (Socket connection : held) {
                    connection.getOutputStream().write(ANSWER);
                    connection.close();
                }
            }
        }
    }

    /** Reads the head of a request. */
    private static boolean hasAsked(InputStream in) throws IOException {
        int lastFour = 0;
        while (lastFour != ('\r' << 24 | '\n' << 16 | '\r' << 8 | '\n')) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            lastFour = lastFour << 8 | next;
        }
        return true;
    }
}
