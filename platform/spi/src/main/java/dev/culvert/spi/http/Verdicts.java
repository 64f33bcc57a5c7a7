package dev.culvert.spi.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The verdict of most filters on most requests, made once: a stage without a way to change it. */
final class Verdicts {

    static final CompletionStage<HttpVerdict> PASS =
            CompletableFuture.completedStage(new HttpVerdict.Passed(HttpPassage.NOTHING));

    private Verdicts() {}
}
