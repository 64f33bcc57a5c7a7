package dev.culvert.plugin.auth.jwt;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Decides whether a token is an issuer's, is meant for this server, and is good now. Thread-safe. */
final class TokenJudge {

    private final String issuer;
    private final List<String> audience;
    private final SignatureFamily family;
    private final KeySource keys;
    private final ClaimMapping mapping;
    private final Duration skew;
    private final Duration longest;
    private final InstantSource clock;
    private final Executor elsewhere;

    /**
     * Makes one.
     *
     * @param audience any of which a token has to name
     * @param skew by how much the issuer's clock may differ
     * @param longest how long a token may be good in all
     * @param elsewhere runs the arithmetic of signatures, which is too slow for an event loop
     */
    TokenJudge(
            String issuer,
            List<String> audience,
            SignatureFamily family,
            KeySource keys,
            ClaimMapping mapping,
            Duration skew,
            Duration longest,
            InstantSource clock,
            Executor elsewhere) {
        this.issuer = issuer;
        this.audience = List.copyOf(audience);
        this.family = family;
        this.keys = keys;
        this.mapping = mapping;
        this.skew = skew;
        this.longest = longest;
        this.clock = clock;
        this.elsewhere = elsewhere;
    }

    /** Why a token, if genuine, is not for this section; empty if it is. */
    Optional<CulvertException> foreign(ReadToken token) {
        String named = token.text("iss");
        if (!issuer.equals(named)) {
            return Optional.of(inapplicable("its issuer is " + (named == null ? "not given" : Refusals.shown(named))
                    + " (expected: \"" + issuer + "\")"));
        }
        JsonNode meant = token.claims().path("aud");
        boolean ours = meant.isTextual() && audience.contains(meant.textValue());
        for (JsonNode one : meant) { // an object's values are no list
            ours |= meant.isArray() && one.isTextual() && audience.contains(one.textValue());
        }
        return ours
                ? Optional.empty()
                : Optional.of(inapplicable("its audience is another (expected: " + audience + ")"));
    }

    /**
     * Decides about a token that is not {@link #foreign}.
     *
     * @return fails with what the client is refused with
     */
    CompletionStage<Grant> judge(ReadToken token) {
        return keys.find(token.keyId()).thenApplyAsync(candidates -> decide(token, candidates), elsewhere);
    }

    private Grant decide(ReadToken token, List<JWK> candidates) {
        if (candidates.isEmpty()) {
            String key = token.keyId();
            throw Refusals.refused(
                    AuthError.TOKEN_NOT_GENUINE,
                    "the client's token names a key that the issuer has not: "
                            + (key == null ? "none" : Refusals.shown(key)) + ".");
        }
        if (candidates.stream().noneMatch(key -> isSignedBy(key, token))) {
            throw Refusals.refused(
                    AuthError.TOKEN_NOT_GENUINE, "the client's token has a signature that does not fit.");
        }
        // Its holder may be told that it was good once; the rest is for the log.
        Instant end = until(token, clock.instant());
        return new Grant(mapping.map(token.claims()), end);
    }

    private boolean isSignedBy(JWK key, ReadToken token) {
        try {
            // A header of our own making: what a token says of itself ends at its algorithm.
            return family.verifier(key).verify(new JWSHeader(token.algorithm()), token.signed(), token.signature());
        } catch (JOSEException e) {
            return false; // such as a curve that is not the algorithm's
        }
    }

    private Instant until(ReadToken token, Instant now) {
        Instant expiry = date(token, "exp");
        if (expiry == null) {
            throw inapplicable("it has no exp");
        }
        Instant end = expiry.plus(skew);
        if (!now.isBefore(end)) {
            throw new CulvertException(AuthError.CREDENTIAL_EXPIRED, "the client's token expired at " + expiry + ".");
        }
        for (String claim : List.of("nbf", "iat")) {
            Instant begin = date(token, claim);
            if (begin != null && now.plus(skew).isBefore(begin)) {
                throw inapplicable("it is good from " + begin + " on (" + claim + "), and it is " + now + " here");
            }
        }
        Instant issued = date(token, "iat");
        Duration lifetime = Duration.between(issued == null ? now : issued, expiry);
        if (lifetime.compareTo(longest) > 0) {
            throw inapplicable("it is good for " + lifetime.toSeconds() + " s (expected: at most " + longest.toSeconds()
                    + " s, max_lifetime)");
        }
        return end;
    }

    private static @Nullable Instant date(ReadToken token, String claim) {
        JsonNode value = token.claims().get(claim);
        if (value == null) {
            return null;
        }
        try {
            if (value.isNumber() && value.canConvertToLong()) {
                Instant date = Instant.ofEpochSecond(value.longValue());
                if (date.isAfter(Instant.EPOCH) && date.isBefore(LAST)) {
                    return date;
                }
            }
        } catch (DateTimeException e) {
            // told below
        }
        throw inapplicable("its " + claim + " is no date (expected: seconds since 1970)");
    }

    // The end of the year 9999.
    private static final Instant LAST = Instant.ofEpochSecond(253_402_300_800L);

    private static CulvertException inapplicable(String what) {
        return Refusals.refused(AuthError.TOKEN_NOT_APPLICABLE, "the client's token: " + what + ".");
    }

    /**
     * What a token gives.
     *
     * @param principal to whom
     * @param end until when
     */
    record Grant(Principal principal, Instant end) {}
}
