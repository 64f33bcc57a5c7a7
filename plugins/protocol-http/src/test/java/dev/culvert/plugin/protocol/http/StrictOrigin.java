package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.spi.HostPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * A service that counts requests, and takes only what can be read in one way: whatever else arrives is a fault of who sent
 * it. It answers each request with its target.
 */
final class StrictOrigin implements AutoCloseable {

    private static final Pattern LINE = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\\x21-\\x7e]+ HTTP/1\\.1");
    private static final Pattern FIELD = Pattern.compile(
            "[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?(?:[\\x21-\\x7e\\x80-\\xff](?:[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)?");
    private static final Pattern SIZE = Pattern.compile("[0-9a-fA-F]{1,8}");

    private final ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Queue<String> begun = new ConcurrentLinkedQueue<>();
    private final Queue<String> whole = new ConcurrentLinkedQueue<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    StrictOrigin() throws IOException {
        daemon(() -> {
            while (true) {
                Socket connection = listener.accept();
                open.add(connection);
                daemon(() -> serve(connection));
            }
        });
    }

    HostPort address() {
        return new HostPort("127.0.0.1", listener.getLocalPort());
    }

    /** Targets of requests whose head has come, below a path, in order. */
    List<String> begun(String path) {
        return below(begun, path);
    }

    /** Targets of requests that have come as a whole. */
    List<String> whole(String path) {
        return below(whole, path);
    }

    /** What could be read in more than one way. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    private static List<String> below(Queue<String> targets, String path) {
        return targets.stream().filter(target -> target.contains(path + "/")).toList();
    }

    private void serve(Socket connection) throws IOException {
        InputStream in = new BufferedInputStream(connection.getInputStream());
        OutputStream out = connection.getOutputStream();
        while (true) {
            String line = line(in);
            if (line.isEmpty()) {
                return; // the end of the connection
            }
            check(LINE, line);
            String[] words = line.split(" ");
            List<String> fields = new ArrayList<>();
            for (String field = line(in); !field.equals("\r\n"); field = line(in)) {
                requireMore(field);
                fields.add(field);
                check(FIELD, field);
            }
            begun.add(words[1]);
            body(in, fields, line);
            whole.add(words[1]);
            byte[] content = words[1].getBytes(ISO_8859_1);
            out.write(("HTTP/1.1 200 OK\r\nX-Target: " + words[1] + "\r\nX-Method: " + words[0] + "\r\nContent-Length: "
                            + content.length + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            if (!words[0].equals("HEAD")) {
                out.write(content);
            }
        }
    }

    private void body(InputStream in, List<String> fields, String line) throws IOException {
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        if (values(fields, "host").size() != 1 || lengths.size() + codings.size() > 1) {
            faults.add("ambiguous: " + line + fields);
        }
        if (lengths.size() == 1) {
            if (!lengths.get(0).matches("[0-9]{1,18}")) {
                faults.add("ambiguous length: " + line + lengths);
            }
            int length = Integer.parseInt(lengths.get(0));
            if (in.readNBytes(length).length < length) {
                throw new IOException("cut off");
            }
        } else if (codings.size() == 1) {
            if (!codings.get(0).equals("chunked")) {
                faults.add("ambiguous coding: " + line + codings);
            }
            chunks(in);
        }
    }

    private void chunks(InputStream in) throws IOException {
        while (true) {
            String size = line(in);
            requireMore(size);
            check(SIZE, size);
            int length = Integer.parseInt(size.strip(), 16);
            if (length == 0) {
                break;
            }
            in.readNBytes(length);
            String end = line(in);
            requireMore(end);
            if (!end.equals("\r\n")) {
                faults.add("no CRLF after a chunk");
            }
        }
        for (String trailer = line(in); !trailer.equals("\r\n"); trailer = line(in)) {
            requireMore(trailer);
            check(FIELD, trailer);
            String name =
                    trailer.substring(0, Math.max(0, trailer.indexOf(':'))).toLowerCase(Locale.ROOT);
            if (List.of("content-length", "transfer-encoding", "host").contains(name)) {
                faults.add("in a trailer: " + trailer);
            }
        }
    }

    private static List<String> values(List<String> fields, String name) {
        return fields.stream()
                .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(field -> field.substring(name.length() + 1).strip())
                .toList();
    }

    private static void requireMore(String line) throws IOException {
        if (line.isEmpty()) {
            throw new IOException("cut off");
        }
    }

    private void check(Pattern form, String line) {
        if (!line.endsWith("\r\n")
                || !form.matcher(line.substring(0, line.length() - 2)).matches()) {
            faults.add("not in its one form: " + line);
        }
    }

    /** A line with its end; what is left of one at the end of the connection, for the caller to find no line. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() == 0 || line.charAt(line.length() - 1) != '\n') {
            int c = in.read();
            if (c < 0) {
                if (line.length() > 0) {
                    throw new IOException("cut off");
                }
                return "";
            }
            line.append((char) c);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    /** What may end with its socket. */
    interface Task {
        void run() throws IOException;
    }

    static void daemon(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // closed, or cut off
                    }
                },
                "origin");
        thread.setDaemon(true);
        thread.start();
    }
}
