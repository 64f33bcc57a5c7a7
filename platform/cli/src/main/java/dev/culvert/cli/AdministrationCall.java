package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.engine.control.CommandGuard;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a command asks of a running process, over the process's administration. */
final class AdministrationCall {

    static final int UNPROCESSABLE = 422;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration WORK = Duration.ofSeconds(60);

    private final String address;

    /**
     * Makes one.
     *
     * @param address host and port
     */
    AdministrationCall(String address) {
        this.address = address;
    }

    /** What a process is doing, as it came. */
    String status() throws InterruptedException {
        Answer answer = send("/api/v1/status", false);
        if (answer.status() != 200) {
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION, address + " answers with status " + answer.status() + ".");
        }
        return answer.body();
    }

    /**
     * Gives a command.
     *
     * @param path below {@code /api/v1/}, its names encoded
     */
    Answer command(String path) throws InterruptedException {
        Answer answer = send("/api/v1/" + path, true);
        if (answer.status() != 200 && answer.status() != UNPROCESSABLE) {
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION, address + " answers with status " + answer.status() + ".");
        }
        return answer;
    }

    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    private Answer send(String path, boolean command) throws InterruptedException {
        try {
            HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                    .timeout(command ? WORK : PATIENCE);
            if (command) {
                request.header(CommandGuard.HEADER, "culvert").POST(HttpRequest.BodyPublishers.noBody());
            }
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(address, response.statusCode(), response.body());
        } catch (IOException | IllegalArgumentException e) {
            throw new CulvertException(
                    WireError.UNREACHABLE,
                    "nothing answers at " + address + why(e) + ". A client has a status only if it was started with"
                            + " --metrics 127.0.0.1:4441, or metrics = \"127.0.0.1:4441\" in its file; then --at"
                            + " 127.0.0.1:4441.",
                    e);
        }
    }

    /** What came back. */
    record Answer(String address, int status, String body) {

        boolean isDone() {
            return status == 200;
        }

        JsonNode json() {
            try {
                return Json.read(body);
            } catch (IOException e) {
                throw new CulvertException(
                        WireError.PROTOCOL_VIOLATION, address + " answers, but not as Culvert does.", e);
            }
        }
    }

    private static String why(Exception failure) {
        return failure instanceof ConnectException || failure.getMessage() == null
                ? ""
                : " (" + failure.getMessage() + ")";
    }
}
