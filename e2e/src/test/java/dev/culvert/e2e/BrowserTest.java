package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page in a real browser, which asks, listens to events and speaks by a WebSocket through one listener. */
@Tag("slow")
class BrowserTest {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

    @TempDir
    private Path directory;

    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();

    @Test
    void aPageWorksThroughATunnel() throws Exception {
        String browser = Tools.require("chromium", "chromium-browser", "google-chrome");
        Tools.certify(directory, "localhost", List.of("*.localhost", "page.localhost"));
        try (Service service = Service.start((connection, in, out) -> serve(in, out));
                Pair pair = Pair.start(directory, """
                        [[protocol]]
                        type = "http"
                        bind = "127.0.0.1:0"
                        [protocol.tls]
                        bind = "127.0.0.1:0"
                        certificates = [{certificate = "%1$s/localhost.pem", key = "%1$s/localhost.key"}]
                        """.formatted(directory).replace("%", "%%"))) {
            pair.client("""
                    [[tunnel]]
                    type = "http"
                    name = "page"
                    host = "page"
                    local = %d
                    """.formatted(service.port())).await("-> .*\\[page\\]");
            List<String> ports = Pattern.compile("(?m)^visitors: port (\\d+)  \\[http\\]$")
                    .matcher(pair.server().out())
                    .results()
                    .map(found -> found.group(1))
                    .toList();

            assertThat(outcome(browser, "http://page.localhost:" + ports.get(0)))
                    .isEqualTo("fetch events websocket http/1.1");
            assertThat(outcome(browser, "https://page.localhost:" + ports.get(1)))
                    .isEqualTo("fetch events websocket h2");
        }
    }

    private String outcome(String browser, String url) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                browser,
                "--headless",
                "--no-sandbox", // which root has to say
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--ignore-certificate-errors",
                "--remote-debugging-port=0", // or it would end with the page's load
                "--user-data-dir=" + Files.createTempDirectory(directory, "browser"),
                url + "/"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("browser.log").toFile());
        builder.environment().put("TMPDIR", directory.toString());
        Process process = builder.start();
        try {
            String outcome = outcomes.poll(60, TimeUnit.SECONDS);
            assertThat(outcome)
                    .as("%s: %s", url, Files.readString(directory.resolve("browser.log")))
                    .isNotNull();
            return outcome;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        InputStream buffered = new BufferedInputStream(in);
        try {
            while (true) {
                HttpAnswer request = HttpAnswer.read(buffered);
                String path = request.start().split(" ")[1];
                switch (path) {
                    case "/" -> say(out, "text/html", page());
                    case "/echo" -> say(out, "text/plain", request.body());
                    case "/events" -> events(out);
                    case "/socket" -> {
                        speak(request, buffered, out);
                        return;
                    }
                    case "/outcome" -> {
                        outcomes.add(new String(request.body(), UTF_8));
                        say(out, "text/plain", new byte[0]);
                    }
                    default -> say(out, "text/plain", new byte[0]); // what browsers ask for by themselves
                }
            }
        } catch (EOFException e) {
            // No more requests.
        }
    }

    private static byte[] page() throws IOException {
        try (InputStream page = BrowserTest.class.getResourceAsStream("page.html")) {
            return page.readAllBytes();
        }
    }

    private static void say(OutputStream out, String type, byte[] body) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        out.write(body);
    }

    /** Three events, of which each is there before the next, and an answer that has no end of its own. */
    private static void events(OutputStream out) throws IOException {
        out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(ISO_8859_1));
        for (int i = 1; i <= 3; i++) {
            out.write(("9\r\ndata: " + i + "\n\n\r\n").getBytes(ISO_8859_1));
        }
    }

    /** One short text message there and back (RFC 6455, section 5). */
    private static void speak(HttpAnswer request, InputStream in, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accept(request.fields().get("sec-websocket-key")) + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        byte[] head = in.readNBytes(2);
        int length = head[1] & 0x7f;
        byte[] mask = in.readNBytes(4);
        byte[] text = in.readNBytes(length);
        for (int i = 0; i < length; i++) {
            text[i] ^= mask[i % 4];
        }
        out.write(new byte[] {head[0], (byte) length});
        out.write(text);
        in.read(); // the visitor ends it
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
