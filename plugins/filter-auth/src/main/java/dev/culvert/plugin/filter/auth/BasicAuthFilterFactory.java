package dev.culvert.plugin.filter.auth;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets requests pass that bring a user's name and password (RFC 7617). {@code {type = "basic-auth", users = [{name =
 * "alice", password = "…"}]}}. From a client only what verifies a password goes to the server.
 *
 * @param users who; required, at most 1,000
 * @param realm what browsers show; default {@code culvert}
 * @param forward whether the service sees the password; default false
 * @param userHeader a header that tells the service the user's name, and that visitors cannot send; default none
 * @param maxFailures how many wrong passwords an address may send a minute, IPv6 a /64; default 10
 */
@Extension
@JsonTypeName("basic-auth")
public record BasicAuthFilterFactory(
        @NotEmpty @Size(max = 1000) List<@Valid BasicUser> users,

        @Nullable @Pattern(regexp = "[ !#-\\[\\]-~]{1,128}", message = "expected: printable ASCII without quotes")
        String realm,

        @Nullable Boolean forward,

        @Nullable @Pattern(regexp = "[A-Za-z0-9-]{1,64}", message = "expected: the name of a header")
        String userHeader,

        @Nullable @Min(1) @Max(100_000) Integer maxFailures)
        implements HttpFilterFactory {

    private static final String REALM = "culvert";
    private static final int MAX_FAILURES = 10;

    /** Refuses two users of one name. */
    public BasicAuthFilterFactory {
        users = List.copyOf(requireNonNullElse(users, List.of()));
        Set<String> names = new HashSet<>();
        for (BasicUser user : users) {
            if (!names.add(user.name())) {
                throw new IllegalArgumentException("users: \"" + user.name() + "\" is there twice");
            }
        }
    }

    @Override
    public HttpFilterFactory sent() {
        return new BasicAuthFilterFactory(verified(), realm, forward, userHeader, maxFailures);
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        Map<String, Verifier> verifiers = new HashMap<>();
        for (BasicUser user : verified()) {
            if (user.verifier() != null) {
                verifiers.put(user.name(), user.verifier());
            }
        }
        return new BasicAuthFilter(
                new Passwords(verifiers, context.blocking(), System::nanoTime),
                new Failures(requireNonNullElse(maxFailures, MAX_FAILURES), System::nanoTime),
                requireNonNullElse(realm, REALM),
                Boolean.TRUE.equals(forward),
                userHeader);
    }

    private List<BasicUser> verified() {
        String known = requireNonNullElse(realm, REALM);
        return users.stream().map(user -> user.verified(known)).toList();
    }
}
