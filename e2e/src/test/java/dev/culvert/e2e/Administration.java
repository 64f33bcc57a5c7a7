package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What a server, or a client that was told to, answers over HTTP. */
final class Administration {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;

    Administration(int port) {
        this.port = port;
    }

    /** Of a process that has printed where it is. */
    static Administration of(Culvert process) {
        return new Administration(
                Integer.parseInt(process.await("^status and metrics: http://127\\.0\\.0\\.1:(\\d+)$")));
    }

    int port() {
        return port;
    }

    /** Where {@code culvert status --at} finds it. */
    String address() {
        return "127.0.0.1:" + port;
    }

    String get(String path) {
        HttpResponse<String> response = send(request(path));
        assertThat(response.statusCode()).as("status of %s", path).isEqualTo(200);
        return response.body();
    }

    /** The status of what is asked for. */
    int statusOf(String path) {
        return send(request(path)).statusCode();
    }

    /** Gives a command, as {@code culvert} does. */
    HttpResponse<String> command(String path) {
        return post("/api/v1/" + path);
    }

    HttpResponse<String> post(String path) {
        return send(request(path).header("Culvert-Command", "test").POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
