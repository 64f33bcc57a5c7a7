package dev.culvert.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several filters as one ({@link HttpFilter#inOrder}), driven as a protocol drives it. */
final class FilterChainTest {

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final List<HttpKit> kits = new ArrayList<>();

    @AfterEach
    void leavesNothingOpen() {
        kits.forEach(HttpKit::close);
    }

    @Test
    void requestsGoThroughInOrderAndAnswersComeBackInTheOther() {
        HttpKit kit = kit(marking("a"), marking("b"), marking("c"));

        HttpResponse<String> answer = kit.ask(kit.request("/").POST(BodyPublishers.ofString("x")));

        assertThat(answer.body()).isEqualTo("xabccba");
        assertThat(answer.headers().allValues("mark")).containsExactly("c", "b", "a");
        assertThat(kit.served().get(0).values("mark")).containsExactly("a", "b", "c");
    }

    @Test
    void whoAnswersIsTheLastToBeAskedAndThoseBeforeSeeTheAnswer() {
        HttpKit kit = kit(marking("a"), answering(403), marking("c"));

        HttpResponse<String> answer = kit.get("/");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().allValues("mark")).containsExactly("a");
        assertThat(kit.served()).isEmpty();
        await().untilAsserted(() -> assertThat(seen).containsExactly("a: REFUSED 403"));
    }

    @Test
    void aVerdictMayComeFromAnyThreadAndTheNextFilterIsAskedOnTheLoop() {
        HttpKit kit = kit(
                exchange -> CompletableFuture.supplyAsync(() -> new HttpVerdict.Passed(HttpPassage.NOTHING)),
                exchange -> {
                    seen.add("on the loop: " + exchange.eventLoop().inEventLoop());
                    return HttpVerdict.pass();
                });

        assertThat(kit.ask(kit.request("/").POST(BodyPublishers.ofString("body")))
                        .body())
                .isEqualTo("body");
        assertThat(seen).containsExactly("on the loop: true");
    }

    @Test
    void aFilterThatFailsLetsNothingPass() {
        for (HttpFilter failing : List.<HttpFilter>of(
                exchange -> {
                    throw new IllegalStateException("broken");
                },
                exchange -> CompletableFuture.failedStage(new IllegalStateException("broken")),
                exchange -> CompletableFuture.completedStage(null))) {
            HttpKit kit = kit(marking("a"), failing);

            HttpResponse<String> answer = kit.get("/");

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body())
                    .startsWith(FilterError.FILTER_FAILED.code())
                    .doesNotContain("broken");
            assertThat(kit.served()).isEmpty();
        }
    }

    @Test
    void aFailureWithACodeKeepsIt() {
        HttpKit kit = kit(exchange -> CompletableFuture.supplyAsync(() -> {
            throw new CulvertException(TunnelError.NO_CLIENT, "nobody is there.");
        }));

        assertThat(kit.get("/").body()).startsWith(TunnelError.NO_CLIENT.code());
    }

    @Test
    void oneThatThrowsAtTheEndKeepsNobodyFromHearingOfIt() {
        HttpKit kit = kit(
                marking("a"),
                exchange -> HttpVerdict.pass(new HttpPassage() {
                    @Override
                    public void ended(HttpEnd end) {
                        throw new IllegalStateException("broken");
                    }
                }),
                marking("c"));

        kit.get("/");

        await().untilAsserted(() -> assertThat(seen).containsExactly("a: COMPLETED 200", "c: COMPLETED 200"));
    }

    @Test
    void aVisitorWhoLeavesWhileAFilterWaitsIsAnEndToAll() throws Exception {
        CompletableFuture<HttpVerdict> verdict = new CompletableFuture<>();
        CompletableFuture<HttpExchange> asked = new CompletableFuture<>();
        HttpKit kit = kit(marking("a"), exchange -> {
            asked.complete(exchange);
            return verdict;
        });
        try (Socket visitor = kit.socket()) {
            visitor.getOutputStream().write("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n".getBytes(UTF_8));
            asked.get();
        }
        verdict.complete(new HttpVerdict.Passed(HttpPassage.NOTHING));

        await().untilAsserted(() -> assertThat(seen).hasSize(1));
        assertThat(seen.peek()).startsWith("a: ");
    }

    @Test
    void noFiltersLetEverythingPass() {
        assertThat(kit().get("/").statusCode()).isEqualTo(200);
    }

    private HttpKit kit(HttpFilter... filters) {
        HttpKit kit = HttpKit.of(filters);
        kits.add(kit);
        return kit;
    }

    private static HttpFilter answering(int status) {
        return exchange -> HttpVerdict.answer(HttpAnswer.of(HttpResponseStatus.valueOf(status)));
    }

    /** Writes its mark on everything that comes by. */
    private HttpFilter marking(String mark) {
        return exchange -> {
            exchange.headers().add("mark", mark);
            exchange.headers().remove("content-length");
            return HttpVerdict.pass(new HttpPassage() {
                @Override
                public ByteBuf requestBody(ByteBuf part, boolean last) {
                    return last ? marked(part) : part;
                }

                @Override
                public void response(HttpResponseStatus status, HttpHeaders headers) {
                    headers.add("mark", mark);
                    headers.remove("content-length");
                }

                @Override
                public ByteBuf responseBody(ByteBuf part, boolean last) {
                    return last ? marked(part) : part;
                }

                @Override
                public void ended(HttpEnd end) {
                    seen.add(mark + ": " + end.outcome() + " "
                            + (end.status() == null ? "" : end.status().code()));
                }

                private ByteBuf marked(ByteBuf part) {
                    return Unpooled.wrappedBuffer(part, Unpooled.copiedBuffer(mark, UTF_8));
                }
            });
        };
    }
}
