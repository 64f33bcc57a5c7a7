package dev.culvert.plugin.auth.jwt;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.CredentialFactory;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Shows a token to the server. {@code [[auth]] type = "jwt"} in a client's file. Exactly one of token, file, command and
 * token_url says where it comes from.
 *
 * @param token the token itself, {@code "${NAME}"}
 * @param file a file that contains it, read for every login and watched for a newer one
 * @param command a program that prints it, and its arguments; no shell
 * @param tokenUrl an issuer's token endpoint, https, asked by client credentials
 * @param clientId who this client is to the issuer; with token_url
 * @param clientSecret what proves that; with token_url
 * @param scope what is asked for; default what the issuer gives
 * @param audience for whom the token is to be, as {@code audience}
 * @param resource for whom the token is to be, as {@code resource} (RFC 8707)
 */
@Extension
@JsonTypeName("jwt")
public record JwtCredentialFactory(
        @Nullable Secret token,
        @Nullable @Size(min = 1) String file,
        @Nullable @Size(min = 1) List<@NotBlank String> command,
        @Nullable @Size(min = 1) String tokenUrl,
        @Nullable @Size(min = 1) String clientId,
        @Nullable Secret clientSecret,
        @Nullable @Size(min = 1) String scope,
        @Nullable @Size(min = 1) String audience,
        @Nullable @Size(min = 1) String resource)
        implements CredentialFactory {

    // Below the ten seconds that a login may take.
    private static final Duration DEADLINE = Duration.ofSeconds(8);

    /** Refuses none and several sources, and a URL that is not private. */
    public JwtCredentialFactory {
        if (Stream.of(token, file, command, tokenUrl)
                        .filter(source -> source != null)
                        .count()
                != 1) {
            throw new IllegalArgumentException("expected: exactly one of token, file, command and token_url");
        }
        if (token != null && token.reveal().isBlank()) {
            throw new IllegalArgumentException("token: empty (expected: a token)");
        }
        if (tokenUrl != null) {
            Http.url("token_url", tokenUrl);
        }
        boolean credentials = clientId != null && clientSecret != null;
        boolean request =
                clientId != null || clientSecret != null || scope != null || audience != null || resource != null;
        if (tokenUrl != null && !credentials) {
            throw new IllegalArgumentException("token_url: expected: client_id and client_secret beside it");
        }
        if (tokenUrl == null && request) {
            throw new IllegalArgumentException(
                    "client_id, client_secret, scope, audience, resource: expected: token_url beside them");
        }
    }

    @Override
    public Credential build(PluginContext context) {
        InstantSource clock = InstantSource.system();
        return new JwtCredential(source(context, clock), clock, context.scheduler());
    }

    private TokenSource source(PluginContext context, InstantSource clock) {
        if (token != null) {
            return new FixedToken(token, clock);
        }
        if (file != null) {
            return new TokenInFile(Path.of(file), clock, context.blocking());
        }
        if (command != null) {
            return new TokenCommand(command, DEADLINE, clock, context.blocking());
        }
        Map<String, String> more = new TreeMap<>();
        put(more, "scope", scope);
        put(more, "audience", audience);
        put(more, "resource", resource);
        return new TokenEndpoint(
                Http.url("token_url", requireNonNull(tokenUrl)),
                requireNonNull(clientId),
                requireNonNull(clientSecret),
                more,
                clock,
                new Http(DEADLINE));
    }

    private static void put(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }
}
