package dev.culvert.client;

import dev.culvert.spi.dialect.RemoteServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Hands on what becomes of a dialect's login. */
final class Logins {

    private Logins() {}

    /**
     * Completes an attempt with its login.
     *
     * @param done the attempt, which may have been given up meanwhile
     * @param login the dialect's
     * @param close ends the connection if the login failed
     */
    static void settle(CompletableFuture<RemoteServer> done, CompletionStage<RemoteServer> login, Runnable close) {
        login.whenComplete((server, failure) -> {
            if (failure != null) {
                done.completeExceptionally(Failures.of(failure));
                close.run();
            } else if (!done.complete(server)) {
                server.close(null);
            }
        });
    }
}
