package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks passwords. The hash takes long on purpose, so it is made on another thread, for few at a time, and what was right
 * is remembered for a while under a key that only this object knows. Thread-safe.
 */
final class Passwords {

    /** How many different ones may be checked or wait for it at once. */
    private static final int MOST_AT_ONCE = 32;

    private static final int MOST_REMEMBERED = 1024;
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Map<String, Verifier> verifiers;
    private final Verifier nobody;
    private final Executor elsewhere;
    private final LongSupplier clock;
    private final SecretKeySpec key;
    private final Map<String, CompletableFuture<@Nullable Boolean>> underWay = new ConcurrentHashMap<>();
    private final Semaphore checks = new Semaphore(MOST_AT_ONCE);
    private final Map<String, Long> right = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    Passwords(Map<String, Verifier> verifiers, Executor elsewhere, LongSupplier clock) {
        this.verifiers = Map.copyOf(verifiers);
        this.nobody = Verifier.ofNobody(verifiers.values());
        this.elsewhere = elsewhere;
        this.clock = clock;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, "HmacSHA256");
    }

    /** Whether this pair was right a moment ago. */
    boolean isRemembered(String user, String password) {
        String mark = mark(user, password);
        synchronized (right) {
            Long until = right.get(mark);
            return until != null && until - clock.getAsLong() > 0;
        }
    }

    /**
     * Checks a pair.
     *
     * @return whether it is right; null if too many are being checked
     */
    CompletionStage<@Nullable Boolean> check(String user, String password) {
        CompletableFuture<@Nullable Boolean> mine = new CompletableFuture<>();
        String mark = mark(user, password);
        // A browser asks for all of a page at once.
        CompletableFuture<@Nullable Boolean> under = underWay.putIfAbsent(mark, mine);
        if (under != null) {
            return under;
        }
        mine.whenComplete((right, failure) -> underWay.remove(mark));
        start(user, password, mine);
        return mine;
    }

    private void start(String user, String password, CompletableFuture<@Nullable Boolean> checked) {
        if (!checks.tryAcquire()) {
            checked.complete(null);
            return;
        }
        try {
            elsewhere.execute(() -> {
                try {
                    checked.complete(isRight(user, password));
                } catch (RuntimeException e) {
                    checked.completeExceptionally(e);
                } finally {
                    checks.release();
                }
            });
        } catch (RejectedExecutionException e) {
            checks.release();
            checked.complete(null);
        }
    }

    private boolean isRight(String user, String password) {
        Verifier verifier = verifiers.get(user);
        // Whoever does not exist takes as long, so that the time does not tell who does.
        boolean matches = (verifier == null ? nobody : verifier).matches(password);
        if (verifier == null || !matches) {
            return false;
        }
        synchronized (right) {
            right.put(mark(user, password), clock.getAsLong() + REMEMBERED_NANOS);
        }
        return true;
    }

    private String mark(String user, String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return Base64.getEncoder().encodeToString(mac.doFinal((user + ":" + password).getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }
}
