package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Which sessions tokens have let in, and until when. Thread-safe. */
final class Admissions {

    private final InstantSource clock;
    private final Set<Admission> open = ConcurrentHashMap.newKeySet();

    Admissions(InstantSource clock) {
        this.clock = clock;
    }

    Admission admit(Instant end) {
        Admission admission = new Admission(end);
        open.add(admission);
        admission.whenComplete((reason, cancelled) -> open.remove(admission));
        return admission;
    }

    /** Ends the sessions whose token is over. */
    void endExpired() {
        Instant now = clock.instant();
        open.forEach(admission -> admission.endIfOver(now));
    }

    int sessions() {
        return open.size();
    }

    /** One session's hold on its token: completes when the last one is over, cancelled when the session has ended. */
    static final class Admission extends CompletableFuture<CulvertException> {

        private volatile Instant end;

        private Admission(Instant end) {
            this.end = end;
        }

        /** A newer token counts; an older one takes nothing away. */
        void extend(Instant until) {
            if (until.isAfter(end)) {
                end = until;
            }
        }

        private void endIfOver(Instant now) {
            if (!now.isBefore(end)) {
                complete(new CulvertException(
                        AuthError.CREDENTIAL_EXPIRED, "the client's token has expired, and it has sent no newer one."));
            }
        }
    }
}
