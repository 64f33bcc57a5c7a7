package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** A visitor that says to the byte what it likes. */
final class Visitor implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private Visitor(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static Visitor to(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return new Visitor(socket);
    }

    Visitor say(String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        return this;
    }

    Visitor get(String host, String path, String... fields) throws IOException {
        return say("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
                + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n") + "\r\n");
    }

    Message head() throws IOException {
        return Message.read(in);
    }

    /** The content of the answer that has just begun, as text. */
    String body(Message answer) throws IOException {
        return new String(answer.body(in), ISO_8859_1);
    }

    /** Head and content of the next answer; the content is returned. */
    String answer() throws IOException {
        return body(head());
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    Socket socket() {
        return socket;
    }

    /** The connection ends cleanly, with nothing before the end. */
    void assertEnds() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    /** The connection ends in a reset, whatever comes before. */
    void assertReset() {
        assertThatThrownBy(() -> {
                    while (in.read() >= 0) {
                        // whatever comes before
                    }
                    throw new AssertionError("a clean end");
                })
                .isInstanceOf(SocketException.class);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
