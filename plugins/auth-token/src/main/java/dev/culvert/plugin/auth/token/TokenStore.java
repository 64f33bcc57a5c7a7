package dev.culvert.plugin.auth.token;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which tokens are good at this moment, and which sessions each of them let in. Thread-safe. */
final class TokenStore {

    private final Decoys decoys;
    private final InstantSource clock;
    private final Map<Admission, TokenGrant> admissions = new ConcurrentHashMap<>();

    private volatile Map<String, TokenGrant> grants = Map.of();

    TokenStore(Decoys decoys, InstantSource clock) {
        this.decoys = decoys;
        this.clock = clock;
    }

    /** What to check a proof against; the same work for every name. */
    Candidate find(String name) {
        Verifier decoy = decoys.verifier(name);
        TokenGrant grant = grants.get(name);
        return grant == null ? new Candidate(decoy, null) : new Candidate(grant.verifier(), grant);
    }

    /**
     * Lets a session in whose client has proven that it knows the token.
     *
     * @return completes when the token stops being good; cancelled by the platform when the session has ended
     */
    CompletionStage<CulvertException> admit(TokenGrant grant) {
        Admission admission = new Admission();
        admissions.put(admission, grant);
        admission.whenComplete((reason, cancelled) -> admissions.remove(admission));
        // Only now: had the token been removed before it was entered above, nobody else would notice.
        CulvertException refusal = refusal(grant, clock.instant());
        if (refusal != null) {
            admission.cancel(false);
            throw refusal.code() == AuthError.CREDENTIAL_REVOKED ? ScramServer.rejected() : refusal;
        }
        return admission;
    }

    /** Replaces all tokens, and ends the sessions of those that are gone. */
    void replace(Map<String, TokenGrant> all) {
        grants = Map.copyOf(all);
        endRefused();
    }

    /** Knows no token any more: those who know a session's token in the same way take it over, the others end. */
    void handOver(List<TokenStore> newer) {
        grants = Map.of(); // whoever is entered from now on is refused
        admissions.forEach((admission, grant) -> {
            for (TokenStore store : newer) {
                TokenGrant known = store.grants.get(grant.name());
                if (known != null && known.permitsTheSameAs(grant)) {
                    admissions.remove(admission);
                    store.admissions.put(admission, grant);
                    admission.whenComplete((reason, cancelled) -> store.admissions.remove(admission));
                    return;
                }
            }
            admission.complete(new CulvertException(
                    AuthError.CREDENTIAL_REVOKED, "the token \"" + grant.name() + "\" was removed or changed."));
        });
        newer.forEach(TokenStore::endRefused); // what they lost while this went on
    }

    /** Ends the sessions whose token was removed, changed or has expired. */
    void endRefused() {
        Instant now = clock.instant();
        admissions.forEach((admission, grant) -> {
            CulvertException refusal = refusal(grant, now);
            if (refusal != null) {
                admission.complete(refusal);
            }
        });
    }

    Set<String> names() {
        return grants.keySet();
    }

    int sessions() {
        return admissions.size();
    }

    private @Nullable CulvertException refusal(TokenGrant admitted, Instant now) {
        TokenGrant current = grants.get(admitted.name());
        if (current == null || !current.permitsTheSameAs(admitted)) {
            return new CulvertException(
                    AuthError.CREDENTIAL_REVOKED, "the token \"" + admitted.name() + "\" was removed or changed.");
        }
        if (current.expiredAt(now)) {
            return new CulvertException(
                    AuthError.CREDENTIAL_EXPIRED,
                    "the token \"" + admitted.name() + "\" expired at " + current.expires() + ".");
        }
        return null;
    }

    /**
     * What a name leads to.
     *
     * @param verifier the token's, or one that no proof fits
     * @param grant null if there is no such token
     */
    record Candidate(Verifier verifier, @Nullable TokenGrant grant) {}

    /** One session's hold on its token. */
    private static final class Admission extends CompletableFuture<CulvertException> {}
}
