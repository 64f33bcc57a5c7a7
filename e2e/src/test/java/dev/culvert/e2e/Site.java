package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * A host of a server's http tunnels, as visitors of HTTP/1.1 have it.
 *
 * @param port where visitors connect
 * @param host which name they ask for
 */
record Site(int port, String host) {

    /** Asks on a connection of its own; {@code fields} are further lines of the head. */
    HttpAnswer get(String path, String... fields) throws IOException {
        try (Socket socket = ask("GET " + path, fields)) {
            return HttpAnswer.read(socket.getInputStream());
        }
    }

    int status(String path, String... fields) throws IOException {
        return get(path, fields).status();
    }

    /** Asks, and leaves the answer to be read. */
    Socket ask(String methodAndPath, String... fields) throws IOException {
        Socket socket = Visitor.connect(port);
        socket.getOutputStream().write(head(methodAndPath, fields));
        return socket;
    }

    /** How many requests on one connection, one after another, are answered by 200 before one is not, or there are so many. */
    int servedOf(int count) throws IOException {
        try (Socket socket = Visitor.connect(port)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < count; i++) {
                socket.getOutputStream().write(head("GET /photos/" + i));
                HttpAnswer answer = HttpAnswer.read(in);
                if (answer.status() != 200 || !text(answer).startsWith("/photos/" + i + " ")) {
                    return i;
                }
            }
            return count;
        }
    }

    /** The answer to a request for a WebSocket; it is closed at once. */
    HttpAnswer upgrade(String path, String... fields) throws IOException {
        try (Socket socket = askForWebSocket(path, fields)) {
            return HttpAnswer.read(socket.getInputStream());
        }
    }

    /** A WebSocket, as far as the bytes that follow the upgrade. */
    Socket webSocket(String path, String... fields) throws IOException {
        Socket socket = askForWebSocket(path, fields);
        assertThat(HttpAnswer.read(socket.getInputStream()).status()).isEqualTo(101);
        return socket;
    }

    /** The code of an error answer, or all of it. */
    static String code(HttpAnswer answer) {
        String text = text(answer);
        int at = text.indexOf("CLV-");
        return at < 0 ? text : text.substring(at, at + 8);
    }

    static String text(HttpAnswer answer) {
        return new String(answer.body(), US_ASCII);
    }

    private Socket askForWebSocket(String path, String... fields) throws IOException {
        String upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        String more = String.join("\r\n", fields);
        return ask("GET " + path, more.isEmpty() ? upgrade : upgrade + "\r\n" + more);
    }

    private byte[] head(String methodAndPath, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return (methodAndPath + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n").getBytes(US_ASCII);
    }
}
