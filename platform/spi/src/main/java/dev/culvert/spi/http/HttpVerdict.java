package dev.culvert.spi.http;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What an {@link HttpFilter} says to a request. Each of the two comes with a passage, which is told of the end exactly
 * once whatever happens.
 */
public sealed interface HttpVerdict {

    /** What goes through the filter with this request. */
    HttpPassage passage();

    /**
     * The next filter is asked, and after the last the service.
     *
     * @param passage sees the rest of the exchange; {@link HttpPassage#NOTHING} if nobody wants to
     */
    record Passed(HttpPassage passage) implements HttpVerdict {

        /** Refuses null. */
        public Passed {
            requireNonNull(passage, "passage");
        }
    }

    /**
     * The visitor gets this answer, and neither later filters nor the service hear of the request. Its body is not read.
     *
     * @param answer what the visitor gets
     * @param passage sees this answer on its way, and the end
     */
    record Answered(HttpAnswer answer, HttpPassage passage) implements HttpVerdict {

        /** Refuses null. */
        public Answered {
            requireNonNull(answer, "answer");
            requireNonNull(passage, "passage");
        }
    }

    /** Lets a request pass, and is done with it. */
    static CompletionStage<HttpVerdict> pass() {
        return Verdicts.PASS;
    }

    /**
     * Lets a request pass, and goes along.
     *
     * @param passage one of its own for each request
     */
    static CompletionStage<HttpVerdict> pass(HttpPassage passage) {
        return CompletableFuture.completedStage(new Passed(passage));
    }

    /**
     * Answers a request.
     *
     * @param answer what the visitor gets
     */
    static CompletionStage<HttpVerdict> answer(HttpAnswer answer) {
        return CompletableFuture.completedStage(new Answered(answer, HttpPassage.NOTHING));
    }
}
