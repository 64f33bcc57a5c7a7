package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import java.util.concurrent.CompletionException;

/** Finds the failure that a person can act on inside what futures wrap around it. */
final class CulvertFailures {

    private CulvertFailures() {}

    static CulvertException of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof CulvertException known
                ? known
                : new CulvertException(TunnelError.CLOSED, "unexpected: " + cause + ".", cause);
    }
}
