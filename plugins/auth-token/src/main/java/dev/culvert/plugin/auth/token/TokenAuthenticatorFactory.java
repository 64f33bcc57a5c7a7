package dev.culvert.plugin.auth.token;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.auth.CredentialIssuer;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.IssuedCredential;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets in clients that know a token. {@code [[auth]] type = "token"} in a server's file.
 *
 * <p>With neither token, tokens nor file, the tokens are those of the file {@code tokens} in the data directory.
 *
 * @param token one token that all clients share, whose holders are the principal {@code default}
 * @param tokens named tokens, {@code [[auth.tokens]]}
 * @param file a file of tokens, a line each, read again when it changes
 * @param channelBinding whether a login is tied to its connection; default {@code auto}
 */
@Extension
@JsonTypeName("token")
public record TokenAuthenticatorFactory(
        @Nullable Secret token,
        @Nullable List<@Valid TokenEntry> tokens,
        @Nullable @Size(min = 1) String file,
        @Nullable ChannelBindingMode channelBinding)
        implements AuthenticatorFactory, CredentialIssuer {

    private static final String DEFAULT_FILE = "tokens";

    private static final String KEY_FILE = "salt.key";

    private static final int SHORT_TOKEN_BYTES = 16;

    // A change is taken at the second look that sees it, so a removed token ends its sessions within about 2 s.
    private static final long LOOK_MILLIS = 1000;

    /** Refuses an empty token. */
    public TokenAuthenticatorFactory {
        if (token != null) {
            Token.of(token);
        }
    }

    @Override
    public Authenticator build(PluginContext context) {
        Decoys decoys = new Decoys(PrivateFiles.key(context.dataDirectory().resolve(KEY_FILE), Scram.HASH_BYTES));
        TokenStore store = new TokenStore(decoys, InstantSource.system());
        Map<String, TokenGrant> written = written(decoys, context);
        TokenFile kept = file(context);
        Runnable look = store::endRefused;
        if (kept == null) {
            store.replace(written);
        } else {
            warnOf(kept, context);
            TokenFileWatch watch = new TokenFileWatch(kept, read -> store.replace(union(written, read, kept)));
            watch.load();
            look = () -> {
                watch.look();
                store.endRefused();
            };
        }
        if (store.names().isEmpty()) {
            context.warn("no token is known yet, so nobody can log in; culvert token new makes one.");
        }
        return new TokenAuthenticator(store, mode(), repeat(look, context));
    }

    @Override
    public boolean knowsAllCredentials() {
        return true;
    }

    @Override
    public IssuedCredential issue(IssueRequest request) {
        return TokenIssue.of(request).forTokens();
    }

    @Override
    public IssuedCredential enroll(IssueRequest request, PluginContext context) {
        TokenFile kept = file(context);
        if (kept == null) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "this [[auth]] section names its tokens itself and reads no file to which one could be added"
                            + " (expected: file = \"tokens\", or neither token nor tokens).");
        }
        TokenIssue issue = TokenIssue.of(request);
        if (kept.read().containsKey(issue.name())) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "a token \"" + issue.name() + "\" is in " + kept.path() + " already (expected: a new name).");
        }
        PrivateFiles.append(kept.path(), issue.line());
        return issue.forFile(file);
    }

    @Override
    public boolean hasCredentials(PluginContext context) {
        TokenFile kept = file(context);
        return kept == null || hasWritten() || !kept.read().isEmpty();
    }

    /** What stands in the section itself. */
    private Map<String, TokenGrant> written(Decoys decoys, PluginContext context) {
        Map<String, TokenGrant> grants = new LinkedHashMap<>();
        for (TokenEntry entry : requireNonNullElse(tokens, List.<TokenEntry>of())) {
            add(grants, entry.grant(), "auth.tokens");
        }
        if (token != null) {
            add(grants, shared(token, decoys, context), "auth.token");
        }
        return grants;
    }

    private static TokenGrant shared(Secret secret, Decoys decoys, PluginContext context) {
        int bytes = secret.bytes().length;
        if (bytes < SHORT_TOKEN_BYTES) {
            context.warn("auth.token has " + bytes + " bytes, which can be guessed (expected: at least "
                    + SHORT_TOKEN_BYTES + "); culvert token new makes a good one.");
        }
        Token shared = Token.of(secret);
        // The salt that a stranger would get for this name anyway: it tells nothing, and outlives a restart.
        Verifier verifier = Verifier.of(shared.password(), decoys.salt(shared.name()));
        return new TokenGrant(shared.name(), Principal.of(Token.SHARED_NAME), verifier, null);
    }

    private static Map<String, TokenGrant> union(
            Map<String, TokenGrant> written, Map<String, TokenGrant> read, TokenFile from) {
        Map<String, TokenGrant> all = new LinkedHashMap<>(written);
        read.values().forEach(grant -> add(all, grant, from.path().toString()));
        return all;
    }

    private static void add(Map<String, TokenGrant> grants, TokenGrant grant, String where) {
        if (grants.putIfAbsent(grant.name(), grant) != null) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    where + ": a second token with the name \"" + grant.name() + "\" (expected: one of a name).");
        }
    }

    private @Nullable TokenFile file(PluginContext context) {
        if (file != null) {
            return new TokenFile(Path.of(file));
        }
        return hasWritten() ? null : new TokenFile(context.dataDirectory().resolve(DEFAULT_FILE));
    }

    private boolean hasWritten() {
        return token != null || (tokens != null && !tokens.isEmpty());
    }

    private void warnOf(TokenFile kept, PluginContext context) {
        if (file != null && !kept.exists()) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, "auth.file: " + kept.path() + " does not exist.");
        }
        try {
            if (kept.exists() && PrivateFiles.isOpenToOthers(kept.path())) {
                context.warn(kept.path() + " can be read by other users of this machine; chmod 600 it.");
            }
        } catch (IOException e) {
            throw PrivateFiles.unreadable(kept.path(), e);
        }
    }

    private static Future<?> repeat(Runnable look, PluginContext context) {
        Runnable elsewhere = () -> {
            try {
                context.blocking().execute(look);
            } catch (RejectedExecutionException e) {
                // Too busy: the next look is a second away.
            }
        };
        return context.scheduler().scheduleWithFixedDelay(elsewhere, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private ChannelBindingMode mode() {
        return requireNonNullElse(channelBinding, ChannelBindingMode.AUTO);
    }
}
