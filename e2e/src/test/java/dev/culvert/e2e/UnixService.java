package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A private HTTP service on a Unix domain socket, one connection after the other, that says which host it was asked for. */
final class UnixService implements AutoCloseable {

    private final ServerSocketChannel listener;

    private UnixService(ServerSocketChannel listener) {
        this.listener = listener;
    }

    static UnixService at(Path socket) throws IOException {
        UnixService service = new UnixService(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket)));
        Thread thread = new Thread(service::accept, "unix service");
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    private void accept() {
        while (listener.isOpen()) {
            try (SocketChannel connection = listener.accept()) {
                answer(connection);
            } catch (IOException e) {
                // The visitor's affair, or the end.
            }
        }
    }

    private static void answer(SocketChannel connection) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (connection.read(bytes.clear()) < 0) {
                return; // a probe
            }
            head.append(ISO_8859_1.decode(bytes.flip()));
        }
        String host = head.toString().replaceAll("(?is).*\r\nhost: ([^\r]*)\r\n.*", "$1");
        String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + host.length() + "\r\n\r\n" + host;
        connection.write(ByteBuffer.wrap(answer.getBytes(ISO_8859_1)));
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
