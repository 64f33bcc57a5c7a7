package dev.culvert.plugin.auth.token;

import static java.util.Objects.requireNonNullElseGet;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.IssuedCredential;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A new token, before and after it is written down for both ends. */
record TokenIssue(Token token, Verifier verifier, IssueRequest request) {

    private static final int NAME_BYTES = 4;

    static TokenIssue of(IssueRequest request) {
        String name =
                requireNonNullElseGet(request.name(), () -> "t" + HexFormat.of().formatHex(Scram.random(NAME_BYTES)));
        check("name", name, Token.NAME, Token.NAME_EXPECTED);
        check("principal", request.principal(), TokenEntry.OWNER, TokenEntry.OWNER_EXPECTED);
        check("account", request.account(), TokenEntry.OWNER, TokenEntry.OWNER_EXPECTED);
        Stream.of(
                        request.rights().types(),
                        request.rights().names(),
                        request.rights().hosts())
                .flatMap(Collection::stream)
                .forEach(word -> check(
                        "types, names and hosts",
                        word,
                        "[^\\s,\"\\\\\\p{Cntrl}]+",
                        "expected: no spaces, commas or quotes"));
        Token token = Token.random(name);
        return new TokenIssue(token, Verifier.of(token.password(), Scram.random(Scram.SALT_BYTES)), request);
    }

    String name() {
        return token.name();
    }

    /** The line that a token file needs. */
    String line() {
        return TokenLine.format(name(), verifier, request);
    }

    /** For a server whose file names its tokens itself. */
    IssuedCredential forTokens() {
        return issued(Stream.of(
                        "[[auth]]",
                        "type = \"token\"",
                        "",
                        "[[auth.tokens]]",
                        text("name", name()),
                        text("verifier", verifier.format()),
                        text("principal", request.principal()),
                        text("account", request.account()),
                        text("expires", request.expires()),
                        list("types", new TreeSet<>(request.rights().types())),
                        list("ports", request.rights().ports()),
                        list("names", request.rights().names()),
                        list("hosts", request.rights().hosts()),
                        number("sessions", request.rights().sessions()),
                        number("tunnels", request.rights().tunnels()),
                        number("streams", request.rights().streams()),
                        text("bandwidth", request.rights().bandwidth()),
                        list("sources", request.rights().sources()))
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n", "", "\n")));
    }

    /** For a server that reads the file to which the {@link #line} was added. */
    IssuedCredential forFile(@Nullable String file) {
        return issued(Stream.of("[[auth]]", "type = \"token\"", text("file", file))
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n", "", "\n")));
    }

    private IssuedCredential issued(String serverToml) {
        String clientToml =
                "[[auth]]\ntype = \"token\"\ntoken = \"" + token.secret().reveal() + "\"\n";
        return new IssuedCredential(name(), token.secret(), serverToml, Secret.of(clientToml));
    }

    private static void check(String key, @Nullable String value, String form, String expected) {
        if (value != null && !value.matches(form)) {
            throw new CulvertException(ConfigError.INVALID_VALUE, key + ": \"" + value + "\" (" + expected + ").");
        }
    }

    private static @Nullable String text(String key, @Nullable Object value) {
        return value == null
                ? null
                : key + " = \"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static @Nullable String number(String key, @Nullable Integer value) {
        return value == null ? null : key + " = " + value;
    }

    private static @Nullable String list(String key, Collection<?> values) {
        return values.isEmpty()
                ? null
                : values.stream()
                        .map(value -> "\"" + value + "\"")
                        .collect(Collectors.joining(", ", key + " = [", "]"));
    }
}
