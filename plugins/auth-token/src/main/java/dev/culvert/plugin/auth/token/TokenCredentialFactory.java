package dev.culvert.plugin.auth.token;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.CredentialFactory;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Proves that a client knows a token. {@code [[auth]] type = "token"} in a client's file.
 *
 * @param token what {@code culvert token new} printed, or a shared token; required
 * @param name under which the server knows the token; default the name in the token, {@code default} for a shared one
 * @param channelBinding whether a login is tied to its connection; default {@code auto}
 */
@Extension
@JsonTypeName("token")
public record TokenCredentialFactory(
        @NotNull Secret token,

        @Nullable @Pattern(regexp = Token.NAME, message = Token.NAME_EXPECTED)
        String name,

        @Nullable ChannelBindingMode channelBinding)
        implements CredentialFactory {

    /** Refuses an empty token. */
    public TokenCredentialFactory {
        if (token != null) { // its absence is told by validation
            Token.of(token);
        }
    }

    @Override
    public Credential build(PluginContext context) {
        Token held = Token.of(token);
        return new TokenCredential(
                requireNonNullElse(name, held.name()),
                new SaltedKeys(held.password(), context.blocking()),
                requireNonNullElse(channelBinding, ChannelBindingMode.AUTO));
    }
}
