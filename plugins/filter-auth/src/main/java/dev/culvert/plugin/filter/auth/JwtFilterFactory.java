package dev.culvert.plugin.filter.auth;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.nimbusds.jose.JWSAlgorithm;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets requests pass that bring a token of an issuer (RFC 6750, a signed JWT). {@code {type = "jwt", issuer = "…",
 * audience = ["…"], jwks_url = "…"}}. A client's file may have {@code jwks} or {@code jwks_file}, whose keys then go to
 * the server; {@code jwks_url} and {@code secret} are for a server's file.
 *
 * @param issuer what the claim {@code iss} has to be; required
 * @param audience any of which the claim {@code aud} has to name; required
 * @param algorithms what the issuer signs with; default RS256, with a secret HS256
 * @param jwksUrl where the issuer's keys are: https, or http to this machine
 * @param jwksFile or a file with them, looked at again every second
 * @param jwks or the keys themselves, a JSON text
 * @param secret or the secret that the issuer shares with this server, at least 32 bytes
 * @param claims what a token must say besides, {@code {scope = "read", role = ["admin", "owner"]}}: of a list, or of words
 *     in a string, one is enough
 * @param clockSkew by how much the clocks may differ, at most 60 s; default 30 s
 * @param forward whether the service sees the token; default true
 * @param userHeader a header that tells the service the claim {@code sub}, and that visitors cannot send; default none
 */
@Extension
@JsonTypeName("jwt")
public record JwtFilterFactory(
        @NotBlank String issuer,
        @NotEmpty List<@NotBlank String> audience,

        @Nullable @Size(min = 1)
        List<
                        @Pattern(
                                regexp = "[HRPE]S(256|384|512)",
                                message = "expected: such as RS256, PS256, ES256 or HS256")
                        String>
                algorithms,

        @Nullable @Size(min = 1) String jwksUrl,
        @Nullable Path jwksFile,

        @Nullable @Size(min = 2, max = KeySources.MOST_BYTES)
        String jwks,

        @Nullable Secret secret,
        @Nullable Map<@NotBlank String, List<String>> claims,
        @Nullable Duration clockSkew,
        @Nullable Boolean forward,

        @Nullable @Pattern(regexp = "[A-Za-z0-9-]{1,64}", message = "expected: the name of a header")
        String userHeader)
        implements HttpFilterFactory {

    private static final Duration MOST_SKEW = Duration.ofSeconds(60);
    private static final int LEAST_SECRET = 32;

    /** Refuses other than one source of keys, a short secret, a skew beyond a minute. */
    public JwtFilterFactory {
        if (Stream.of(jwksUrl, jwksFile, jwks, secret).filter(Objects::nonNull).count() != 1) {
            throw new IllegalArgumentException("expected: exactly one of jwks_url, jwks_file, jwks and secret");
        }
        if (jwksUrl != null) {
            KeySources.url(jwksUrl);
        }
        if (secret != null && secret.bytes().length < LEAST_SECRET) {
            throw new IllegalArgumentException(
                    "secret: " + secret.bytes().length + " bytes (expected: at least " + LEAST_SECRET + ")");
        }
        if (clockSkew != null && (clockSkew.isNegative() || clockSkew.compareTo(MOST_SKEW) > 0)) {
            throw new IllegalArgumentException("clock_skew: expected: 0s to 60s");
        }
        boolean shared = secret != null;
        for (String name : requireNonNullElse(algorithms, List.<String>of())) {
            if (name.startsWith("H") != shared) {
                throw new IllegalArgumentException(
                        "algorithms: " + name + " (expected: HS256 and its sisters with secret, others with keys)");
            }
        }
    }

    @Override
    public HttpFilterFactory sent() {
        if (jwksFile == null) {
            return this;
        }
        return new JwtFilterFactory(
                issuer,
                audience,
                algorithms,
                null,
                null,
                KeySources.publicKeys(jwksFile),
                null,
                claims,
                clockSkew,
                forward,
                userHeader);
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        if (author == Role.CLIENT && jwksUrl != null) {
            throw new CulvertException(
                    FilterError.FILTER_NOT_PERMITTED,
                    "filter jwt: jwks_url (expected from a client: jwks_file or jwks, since this server calls nobody for it).");
        }
        Set<JWSAlgorithm> permitted = new LinkedHashSet<>();
        requireNonNullElse(algorithms, List.of(secret == null ? "RS256" : "HS256"))
                .forEach(name -> permitted.add(JWSAlgorithm.parse(name)));
        Tokens tokens = new Tokens(
                issuer,
                Set.copyOf(audience),
                KeySources.of(this, permitted),
                requireNonNullElse(clockSkew, Duration.ofSeconds(30)));
        return new JwtFilter(
                new CheckedTokens(tokens, context.blocking()),
                new RequiredClaims(requireNonNullElse(claims, Map.of())),
                !Boolean.FALSE.equals(forward),
                userHeader);
    }
}
