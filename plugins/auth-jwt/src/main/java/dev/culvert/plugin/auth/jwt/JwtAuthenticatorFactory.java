package dev.culvert.plugin.auth.jwt;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Durations;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.AuthenticatorFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets in clients with a token of an issuer. {@code [[auth]] type = "jwt"} in a server's file; one section an issuer.
 *
 * @param issuer what the claim {@code iss} has to be, to the letter; required
 * @param audience any of which the claim {@code aud} has to name; required
 * @param algorithms what the issuer signs with, all of one family; default {@code ["RS256"]}, with a secret {@code
 *     ["HS256"]}
 * @param jwksUrl where the issuer's keys are: https, or http to this machine
 * @param jwksFile or a file with them, read again when it changes
 * @param secret or the secret that it shares with this server, at least 32 bytes
 * @param jwksMaxAge how long the last keys count while the URL cannot be reached; default 24 h
 * @param clockSkew by how much the clocks may differ, at most 60 s; default 30 s
 * @param maxLifetime how long a token may be good in all, from {@code iat}, or else from now, to {@code exp}; one that is
 *     good for longer is refused. Nothing revokes a token before its end; default 24 h
 * @param principalClaim who it is; default {@code sub}
 * @param principalPrefix stands before principal and account; default nothing
 * @param accountClaim whose quotas count; default the principal
 * @param clientIdClaim which machine it is; default what the client calls itself
 * @param rights which claims limit what the client may open; default none
 */
@Extension
@JsonTypeName("jwt")
public record JwtAuthenticatorFactory(
        @NotBlank String issuer,
        @NotEmpty List<@NotBlank String> audience,

        @Nullable @Size(min = 1)
        List<
                        @Pattern(
                                regexp = SignatureFamily.NAMES,
                                message = "expected: such as RS256, PS256, ES256 or HS256")
                        String>
                algorithms,

        @Nullable @Size(min = 1) String jwksUrl,
        @Nullable @Size(min = 1) String jwksFile,
        @Nullable Secret secret,
        @Nullable Duration jwksMaxAge,
        @Nullable Duration clockSkew,
        @Nullable Duration maxLifetime,
        @Nullable @Size(min = 1) String principalClaim,

        @Nullable
        @Pattern(regexp = "[A-Za-z0-9._@:/+|=-]{0,64}", message = "expected: letters, digits and . _ @ : / + | = -")
        String principalPrefix,

        @Nullable @Size(min = 1) String accountClaim,
        @Nullable @Size(min = 1) String clientIdClaim,
        @Nullable @Valid RightsClaims rights)
        implements AuthenticatorFactory {

    private static final Duration MOST_SKEW = Duration.ofSeconds(60);

    private static final Duration FETCH = Duration.ofSeconds(5);

    private static final long LOOK_MILLIS = 1000;

    /** Refuses a URL that is not private, a short secret, and a skew beyond a minute. */
    public JwtAuthenticatorFactory {
        if (jwksUrl != null) {
            Http.url("jwks_url", jwksUrl);
        }
        if (secret != null && secret.bytes().length < SharedKey.LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "secret: " + secret.bytes().length + " bytes (expected: at least " + SharedKey.LEAST_BYTES + ")");
        }
        if (clockSkew != null && (clockSkew.isNegative() || clockSkew.compareTo(MOST_SKEW) > 0)) {
            throw new IllegalArgumentException("clock_skew: expected: 0s to 60s");
        }
        if (jwksMaxAge != null && jwksMaxAge.compareTo(KeyUrl.REFRESH) < 0) {
            throw new IllegalArgumentException("jwks_max_age: expected: at least 5m");
        }
        if (maxLifetime != null) {
            Durations.positive("max_lifetime", maxLifetime);
        }
        if (Stream.of(jwksUrl, jwksFile, secret)
                        .filter(source -> source != null)
                        .count()
                != 1) {
            throw new IllegalArgumentException("expected: exactly one of jwks_url, jwks_file and secret");
        }
    }

    @Override
    public Authenticator build(PluginContext context) {
        return build(context, InstantSource.system(), new Http(FETCH));
    }

    /** With a clock of a test's. */
    Authenticator build(PluginContext context, InstantSource clock, Http http) {
        List<String> names = requireNonNullElse(algorithms, List.of(secret == null ? "RS256" : "HS256"));
        SignatureFamily family = family(names);
        KeySource keys = keys(family, clock, http);
        Admissions admissions = new Admissions(clock);
        TokenJudge judge = new TokenJudge(
                issuer,
                audience,
                family,
                keys,
                new ClaimMapping(
                        requireNonNullElse(principalPrefix, ""),
                        requireNonNullElse(principalClaim, "sub"),
                        accountClaim,
                        clientIdClaim,
                        requireNonNullElse(rights, RightsClaims.NONE)),
                requireNonNullElse(clockSkew, Duration.ofSeconds(30)),
                requireNonNullElse(maxLifetime, Duration.ofHours(24)),
                clock,
                context.blocking());
        return new JwtAuthenticator(new TokenReader(names), judge, admissions, repeat(admissions, keys, context));
    }

    private SignatureFamily family(List<String> names) {
        SignatureFamily family = SignatureFamily.of(names)
                .orElseThrow(() -> new CulvertException(
                        ConfigError.INVALID_VALUE,
                        "auth.algorithms: " + names + " are of several families (expected: all HS, RS, PS or ES)."));
        if ((family == SignatureFamily.HMAC) != (secret != null)) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "auth.algorithms: " + names + " " + (secret == null ? "need a secret" : "cannot use a secret")
                            + " (expected: HS256 with secret, others with jwks_url or jwks_file).");
        }
        return family;
    }

    private KeySource keys(SignatureFamily family, InstantSource clock, Http http) {
        if (secret != null) {
            return new SharedKey(secret);
        }
        return jwksFile != null
                ? new KeyFile(Path.of(jwksFile), family)
                : new KeyUrl(
                        Http.url("jwks_url", requireNonNullElse(jwksUrl, "")),
                        family,
                        requireNonNullElse(jwksMaxAge, Duration.ofHours(24)),
                        clock,
                        http);
    }

    private static Future<?> repeat(Admissions admissions, KeySource keys, PluginContext context) {
        Runnable look = () -> {
            admissions.endExpired();
            try {
                context.blocking().execute(keys::look);
            } catch (RejectedExecutionException e) {
                // Too busy: the next look is a second away.
            }
        };
        return context.scheduler().scheduleWithFixedDelay(look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
}
