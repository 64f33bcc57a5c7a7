package dev.culvert.spi.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One request on its way through the filters of a chain. Lives on the exchange's loop. */
final class ChainWalk {

    private final List<HttpFilter> filters;
    private final HttpExchange exchange;
    private final List<HttpPassage> passages = new ArrayList<>();
    private final CompletableFuture<HttpVerdict> verdict = new CompletableFuture<>();
    private int next;

    ChainWalk(List<HttpFilter> filters, HttpExchange exchange) {
        this.filters = filters;
        this.exchange = exchange;
    }

    CompletionStage<HttpVerdict> start() {
        walk();
        return verdict.minimalCompletionStage();
    }

    private void walk() {
        while (next < filters.size()) {
            CompletionStage<HttpVerdict> asked = FilterChain.ask(filters.get(next++), exchange);
            if (asked != Verdicts.PASS) {
                asked.whenComplete((given, failure) -> onLoop(() -> take(given, failure)));
                return;
            }
        }
        verdict.complete(new HttpVerdict.Passed(PassageChain.of(passages)));
    }

    private void take(@Nullable HttpVerdict given, @Nullable Throwable failure) {
        if (given instanceof HttpVerdict.Passed passed) {
            passages.add(passed.passage());
            walk();
        } else if (given instanceof HttpVerdict.Answered answered) {
            passages.add(answered.passage());
            answer(answered.answer());
        } else {
            answer(FilterChain.failure(unwrapped(failure)));
        }
    }

    // Those before it see an answer of this one too: a page of another site may read no 429 without its CORS headers.
    private void answer(HttpAnswer answer) {
        verdict.complete(new HttpVerdict.Answered(answer, PassageChain.of(passages)));
    }

    private static Throwable unwrapped(@Nullable Throwable failure) {
        if (failure == null) {
            return new IllegalStateException("no verdict");
        }
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private void onLoop(Runnable action) {
        if (exchange.eventLoop().inEventLoop()) {
            action.run();
        } else {
            exchange.eventLoop().execute(action);
        }
    }
}
