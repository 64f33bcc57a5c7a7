package dev.culvert.plugin.auth.token;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A token's keys by salt and iteration count, so that a client that reconnects does not pay for them again.
 *
 * <p>Bounded, since the salt is the server's choice. Thread-safe.
 */
final class SaltedKeys {

    private static final int MAX_KEPT = 8;

    private final String password;
    private final Executor blocking;
    private final Map<String, ScramKeys> kept = new LinkedHashMap<>();

    SaltedKeys(String password, Executor blocking) {
        this.password = password;
        this.blocking = blocking;
    }

    /** The keys at once if they are known, else from the executor. */
    CompletionStage<ScramKeys> derive(byte[] salt, int iterations) {
        String id = iterations + ":" + Scram.base64(salt);
        ScramKeys known = find(id);
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        return CompletableFuture.supplyAsync(() -> keep(id, ScramKeys.derive(password, salt, iterations)), blocking);
    }

    private synchronized @Nullable ScramKeys find(String id) {
        return kept.get(id);
    }

    private synchronized ScramKeys keep(String id, ScramKeys keys) {
        if (kept.size() >= MAX_KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
        kept.put(id, keys);
        return keys;
    }
}
