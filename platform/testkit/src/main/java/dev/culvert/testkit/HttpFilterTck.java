package dev.culvert.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * What every http filter promises. Its extender supplies a section, and requests that may pass and that may not; the kit
 * runs it in an HTTP server on a real socket.
 */
public abstract class HttpFilterTck {

    private static final int STRANGE_REQUESTS = 300;

    private final List<HttpKit> kits = new ArrayList<>();

    /** The filter, set so that it lets at least a thousand of {@link #passing} pass. */
    protected abstract HttpFilterFactory filter();

    /** Headers of a request that may pass, names and values. */
    protected Map<String, String> passing() {
        return Map.of();
    }

    /** Headers of requests that may not pass, whatever came before; none if there are no such headers. */
    protected List<Map<String, String>> refused() {
        return List.of();
    }

    /** The names of request headers that it looks at, in lower case. */
    protected List<String> looksAt() {
        return List.of();
    }

    @AfterEach
    final void leavesNothingOpenAndReleasesEveryBuffer() {
        kits.forEach(HttpKit::close);
    }

    @Test
    final void letsPassWhatMayPass() {
        HttpKit kit = kit();

        HttpResponse<String> answer = kit.ask(passing(kit.request("/a/b?c=d")));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(kit.served()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.target()).isEqualTo("/a/b?c=d");
        });
    }

    @Test
    final void bodiesArriveWhole() {
        HttpKit kit = kit();
        String body = "0123456789abcdef".repeat(4096);

        HttpResponse<String> answer = kit.ask(passing(kit.request("/").POST(BodyPublishers.ofString(body))));

        assertThat(kit.served())
                .singleElement()
                .satisfies(request ->
                        assertThat(new String(request.body(), US_ASCII)).isEqualTo(body));
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    final void visitorsAtOnceGetTheirOwnAnswers() {
        HttpKit kit = kit();
        Map<String, CompletableFuture<HttpResponse<String>>> answers = new LinkedHashMap<>();
        for (int i = 0; i < 64; i++) {
            String body = "visitor " + i;
            answers.put(body, kit.send(passing(kit.request("/").POST(BodyPublishers.ofString(body)))));
        }

        answers.forEach((body, answer) -> assertThat(answer)
                .succeedsWithin(Duration.ofSeconds(20))
                .satisfies(got -> assertThat(got.body()).isEqualTo(body)));
    }

    @Test
    final void theServiceHearsNothingOfWhatMayNotPass() {
        HttpKit kit = kit();
        for (Map<String, String> headers : refused()) {
            HttpRequest.Builder request = kit.request("/").POST(BodyPublishers.ofString("hello"));
            headers.forEach(request::header);

            HttpResponse<String> answer = kit.ask(request);

            assertThat(answer.statusCode()).as("to %s", headers).isBetween(400, 599);
            assertThat(answer.body()).as("to %s", headers).contains("-");
            headers.values().stream()
                    .filter(value -> value.length() > 8)
                    .forEach(value -> assertThat(answer.body()).doesNotContain(value));
        }

        assertThat(kit.served()).isEmpty();
        assertThat(kit.ask(passing(kit.request("/"))).statusCode()).isEqualTo(200);
    }

    @Test
    final void strangeHeadersAreNoFailure() {
        HttpKit kit = kit();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < STRANGE_REQUESTS && !looksAt().isEmpty(); i++) {
            HttpRequest.Builder request = kit.request("/" + i);
            for (String name : looksAt()) {
                for (int copies = random.nextInt(3); copies > 0; copies--) {
                    request.header(name, strange(random, passing().getOrDefault(name, "")));
                }
            }

            HttpResponse<String> answer = kit.ask(request);

            assertThat(answer.body()).as("seed %d", seed).doesNotContain(FilterError.FILTER_FAILED.code());
        }
    }

    @Test
    final void visitorsWhoLeaveCostNothing() throws Exception {
        HttpKit kit = kit();
        for (int i = 0; i < 50; i++) {
            try (Socket visitor = kit.socket()) {
                StringBuilder head =
                        new StringBuilder("POST / HTTP/1.1\r\nHost: web.example\r\nContent-Length: 10\r\n");
                passing()
                        .forEach((name, value) ->
                                head.append(name).append(": ").append(value).append("\r\n"));
                visitor.getOutputStream()
                        .write(head.append("\r\nhalf").toString().getBytes(US_ASCII));
            }
        }

        await().untilAsserted(() -> assertThat(kit.ends()).hasSize(50));
        assertThat(kit.served()).isEmpty();
        assertThat(kit.ask(passing(kit.request("/"))).statusCode()).isEqualTo(200);
    }

    @Test
    final void closingLetsRequestsFinish() {
        HttpKit kit = kit();
        CompletableFuture<KitOrigin.Answer> reached = new CompletableFuture<>();
        kit.serving((request, answer) -> reached.complete(answer));
        var asked = kit.send(passing(kit.request("/")));
        assertThat(reached).succeedsWithin(Duration.ofSeconds(20));

        kit.filter().close();
        reached.join().send(200, "text/plain", "late".getBytes(US_ASCII));

        assertThat(asked)
                .succeedsWithin(Duration.ofSeconds(20))
                .satisfies(answer -> assertThat(answer.body()).isEqualTo("late"));
    }

    @Test
    final void travelsToTheServerWithoutSecrets() {
        HttpFilterFactory sent = filter().sent();

        HttpFilterFactory received = WireSections.carry(sent, HttpFilterFactory.class);

        assertThat(received).isEqualTo(sent);
        assertThat(filter().sent()).as("sent again").isEqualTo(sent);
        try (TestPluginContext context =
                new TestPluginContext(Role.SERVER, Path.of(System.getProperty("java.io.tmpdir")), new KitNetwork())) {
            HttpFilter built = received.build(context, Role.CLIENT);
            HttpKit kit = HttpKit.of(built);
            kits.add(kit);
            assertThat(kit.ask(passing(kit.request("/"))).statusCode()).isEqualTo(200);
        } catch (CulvertException e) {
            if (e.code() != FilterError.FILTER_NOT_PERMITTED) {
                throw e;
            }
            throw new TestAbortedException("not for clients: " + e.getMessage());
        }
    }

    private HttpKit kit() {
        HttpKit kit = HttpKit.with(filter());
        kits.add(kit);
        return kit;
    }

    private HttpRequest.Builder passing(HttpRequest.Builder request) {
        passing().forEach(request::header);
        return request;
    }

    // Something like the good value, or nothing like it; never what a client library refuses to send.
    private static String strange(Random random, String good) {
        StringBuilder value = new StringBuilder(random.nextBoolean() ? good : "");
        for (int changes = random.nextInt(12); changes >= 0; changes--) {
            char c = (char) (' ' + 1 + random.nextInt('~' - ' '));
            if (value.isEmpty() || random.nextBoolean()) {
                value.insert(random.nextInt(value.length() + 1), c);
            } else {
                value.setCharAt(random.nextInt(value.length()), c);
            }
        }
        return value.toString();
    }
}
