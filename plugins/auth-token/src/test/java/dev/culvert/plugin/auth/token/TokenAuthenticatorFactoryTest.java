package dev.culvert.plugin.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.auth.CredentialFactory;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.IssuedCredential;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.Conversation;
import dev.culvert.testkit.TestPluginContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section of a server's file, from TOML and real files to a login. */
final class TokenAuthenticatorFactoryTest {

    private static final TomlMapper TOML = TomlMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    static {
        TOML.registerSubtypes(TokenAuthenticatorFactory.class, TokenCredentialFactory.class);
    }

    @TempDir
    private Path directory;

    private TestPluginContext context;
    private Authenticator built;

    @BeforeEach
    void openContext() {
        context = new TestPluginContext(Role.SERVER, directory);
    }

    @AfterEach
    void closeContext() {
        if (built != null) {
            built.close();
        }
        context.close();
    }

    @Test
    void anIssuedTokenLogsInWithWhatBothSnippetsSay() throws IOException {
        Rights rights = new Rights(Set.of("tcp"), List.of(new PortRange(7000, 7999)), List.of("web*"))
                .withHosts(List.of("*.example.com"))
                .withTunnels(10)
                .withStreams(1000)
                .withBandwidth(DataSize.parse("10MiB"))
                .withSources(List.of(SourceNetwork.parse("10.0.0.0/8"), SourceNetwork.parse("::1")));
        IssuedCredential issued = new TokenAuthenticatorFactory(null, null, null, null)
                .issue(new IssueRequest("laptop", "alice", "acme", Instant.parse("2099-01-01T00:00:00Z"), rights));

        Verdict.Accepted accepted = new Conversation(
                        build(issued.serverToml()),
                        TOML.treeToValue(section(issued.clientToml().reveal()), CredentialFactory.class)
                                .build(context),
                        Login.CONNECTION)
                .login();

        assertThat(accepted.principal().name()).isEqualTo("alice");
        assertThat(accepted.principal().account()).isEqualTo("acme");
        assertThat(accepted.principal().rights()).isEqualTo(rights);
        assertThat(issued.serverToml()).doesNotContain(issued.secret().reveal());
        assertThat(issued.toString()).doesNotContain("clv_");
        assertThat(Files.exists(directory.resolve("tokens"))).isFalse();
    }

    @Test
    void anIssuedTokenEndsWhenBothWaysOfKeepingItSay() throws IOException {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        IssueRequest request = new IssueRequest("laptop", null, null, yesterday, Rights.ALL);
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        IssuedCredential written = factory.issue(request);
        IssuedCredential kept = factory.enroll(request, context);

        for (IssuedCredential issued : List.of(written, kept)) {
            Authenticator authenticator = build(issued.serverToml());
            assertRefused(AuthError.CREDENTIAL_EXPIRED, () -> Login.with(issued.secret(), authenticator, context));
            authenticator.close();
        }
    }

    @Test
    void aServerWithNothingButATypeReadsTheFileOfTheDataDirectory() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        assertThat(factory.hasCredentials(context)).isFalse();

        IssuedCredential issued = factory.enroll(IssueRequest.named("laptop"), context);

        assertThat(factory.hasCredentials(context)).isTrue();
        assertThat(Login.with(issued.secret(), build(issued.serverToml()), context)
                        .principal()
                        .name())
                .isEqualTo("laptop");
        assertThat(context.warnings()).isEmpty();
    }

    @Test
    void whatIsKeptIsPrivateAndHoldsNoToken() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        Secret token = factory.enroll(IssueRequest.named("laptop"), context).secret();
        build("[[auth]]\ntype = \"token\"\n");

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList())
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("tokens", "salt.key");
        }
        for (String name : List.of("tokens", "salt.key")) {
            Path file = directory.resolve(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(name)
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .doesNotContain(token.reveal().substring("clv_laptop_".length()));
        }
    }

    @Test
    void aSharedTokenIsThePrincipalDefaultAndIsWrittenNowhere() throws IOException {
        Secret token = Secret.of("0123456789abcdef");

        Verdict.Accepted accepted =
                Login.with(token, build("[[auth]]\ntype = \"token\"\ntoken = \"0123456789abcdef\"\n"), context);

        assertThat(accepted.principal().name()).isEqualTo("default");
        assertThat(context.warnings()).isEmpty();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList()).containsExactly(directory.resolve("salt.key"));
        }
    }

    @Test
    void aShortSharedTokenIsWarnedAboutAndWorks() throws IOException {
        Authenticator authenticator = build("[[auth]]\ntype = \"token\"\ntoken = \"0123456789abcde\"\n");

        assertThat(context.warnings())
                .singleElement()
                .asString()
                .contains("15 bytes")
                .doesNotContain("0123");
        assertThat(Login.with(Secret.of("0123456789abcde"), authenticator, context))
                .isNotNull();
    }

    @Test
    void aNewTokenOfTheFormIsSharedUnderItsOwnName() throws IOException {
        Secret token = Token.random("laptop").secret();

        Authenticator authenticator = build("[[auth]]\ntype = \"token\"\ntoken = \"" + token.reveal() + "\"\n");

        assertThat(Login.with(token, authenticator, context).principal().name()).isEqualTo("default");
    }

    @Test
    void anEmptyTokenIsRefusedOnBothEnds() {
        for (String empty : List.of("", " ")) {
            String toml = "[[auth]]\ntype = \"token\"\ntoken = \"" + empty + "\"\n";

            assertThatThrownBy(() -> factory(toml)).hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> TOML.treeToValue(section(toml), CredentialFactory.class))
                    .hasRootCauseMessage("token: empty (expected: what culvert token new printed)");
        }
    }

    @Test
    void twoTokensOfOnePrincipalAreGoodAtOnce() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        Secret old = factory.enroll(request("laptop-1", "laptop"), context).secret();
        Secret next = factory.enroll(request("laptop-2", "laptop"), context).secret();
        Authenticator authenticator = build("[[auth]]\ntype = \"token\"\n");

        assertThat(Login.with(old, authenticator, context).principal())
                .isEqualTo(Login.with(next, authenticator, context).principal());
    }

    @Test
    void aTokenAddedToTheFileIsTakenUpAndOneRemovedEndsItsSessionsOnly() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        Secret kept = factory.enroll(IssueRequest.named("kept"), context).secret();
        Authenticator authenticator = build("[[auth]]\ntype = \"token\"\n");
        Verdict.Accepted other = Login.with(kept, authenticator, context);

        Secret added = factory.enroll(IssueRequest.named("added"), context).secret();
        Verdict.Accepted session = Awaitility.await()
                .ignoreExceptionsInstanceOf(CulvertException.class)
                .until(() -> Login.with(added, authenticator, context), accepted -> true);

        Path file = directory.resolve("tokens");
        Files.write(
                file,
                Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("added "))
                        .toList());

        assertThat(session.revoked().toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(5))
                .extracting(CulvertException::code)
                .isEqualTo(AuthError.CREDENTIAL_REVOKED);
        assertThat(other.revoked().toCompletableFuture()).isNotDone();
        assertRefused(AuthError.CREDENTIAL_REJECTED, () -> Login.with(added, authenticator, context));
    }

    @Test
    void aNameIsGivenOnce() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\n");
        factory.enroll(IssueRequest.named("laptop"), context);

        assertRefused(ConfigError.INVALID_VALUE, () -> factory.enroll(IssueRequest.named("laptop"), context));

        String entry = tokens("laptop");
        assertRefused(
                ConfigError.CONFLICTING_KEYS,
                () -> build("[[auth]]\ntype = \"token\"\nfile = \"" + directory.resolve("tokens") + "\"\n" + entry));
        assertRefused(ConfigError.CONFLICTING_KEYS, () -> build("[[auth]]\ntype = \"token\"\n" + entry + entry));
    }

    @Test
    void aRequestThatNoFileCouldHoldIsRefused() {
        TokenAuthenticatorFactory factory = new TokenAuthenticatorFactory(null, null, null, null);
        Rights odd = new Rights(Set.of("t cp"), List.of(), List.of());

        assertRefused(ConfigError.INVALID_VALUE, () -> factory.issue(IssueRequest.named("lap top")));
        assertRefused(ConfigError.INVALID_VALUE, () -> factory.issue(request("laptop", "a\nb")));
        assertRefused(
                ConfigError.INVALID_VALUE, () -> factory.issue(new IssueRequest("laptop", null, null, null, odd)));
        assertThat(factory.issue(new IssueRequest(null, null, null, null, Rights.ALL))
                        .name())
                .matches("t[0-9a-f]{8}");
    }

    @Test
    void aSectionThatReadsNoFileEnrollsNobody() throws IOException {
        TokenAuthenticatorFactory factory = factory("[[auth]]\ntype = \"token\"\ntoken = \"0123456789abcdef\"\n");

        assertThat(factory.hasCredentials(context)).isTrue();
        assertRefused(ConfigError.CONFLICTING_KEYS, () -> factory.enroll(IssueRequest.named("laptop"), context));
    }

    @Test
    void aFileThatIsMissingIsRefused() {
        assertRefused(
                ConfigError.FILE_UNREADABLE,
                () -> build("[[auth]]\ntype = \"token\"\nfile = \"" + directory.resolve("none") + "\"\n"));
    }

    @Test
    void aWrongLineIsNamedWithItsNumber() throws IOException {
        Path file = Files.writeString(directory.resolve("list"), "# tokens\n\nlaptop nonsense\n");

        assertThatThrownBy(() -> build("[[auth]]\ntype = \"token\"\nfile = \"" + file + "\"\n"))
                .hasMessageStartingWith("CLV-1004: " + file + ", line 3: verifier in an unknown form");
    }

    @Test
    void aWrongVerifierIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> factory(
                        "[[auth]]\ntype = \"token\"\n[[auth.tokens]]\nname = \"laptop\"\nverifier = \"clv_secret\"\n"))
                .rootCause()
                .hasMessageStartingWith("verifier in an unknown form (expected: SCRAM-SHA-256$4096:")
                .message()
                .doesNotContain("clv_secret");
    }

    @Test
    void aFileThatOthersCanReadIsWarnedAbout() throws IOException {
        Path file = Files.writeString(directory.resolve("list"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        build("[[auth]]\ntype = \"token\"\nfile = \"" + file + "\"\n");

        assertThat(context.warnings()).hasSize(2).first().asString().contains("chmod 600");
        assertThat(context.warnings()).last().asString().contains("nobody can log in");
    }

    @Test
    void aFileWithoutALastLineEndIsContinuedOnALineOfItsOwn() throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), "# mine");

        new TokenAuthenticatorFactory(null, null, null, null).enroll(IssueRequest.named("laptop"), context);

        assertThat(Files.readAllLines(file)).hasSize(2).first().isEqualTo("# mine");
    }

    @Test
    void aDamagedKeyIsRefused() throws IOException {
        Files.write(directory.resolve("salt.key"), new byte[31]);

        assertRefused(ConfigError.FILE_UNREADABLE, () -> build("[[auth]]\ntype = \"token\"\n"));
    }

    @Test
    void aStrangerCannotTellTheSharedNameFromAnUnknownOne() throws IOException {
        Authenticator without = build("[[auth]]\ntype = \"token\"\n");
        String unknown = challenge(without, "default");
        without.close();

        Authenticator with = build("[[auth]]\ntype = \"token\"\ntoken = \"0123456789abcdef\"\n");

        assertThat(challenge(with, "default")).isEqualTo(unknown);
        assertThat(challenge(with, "nobody")).isNotEqualTo(unknown).hasSameSizeAs(unknown);
    }

    @Test
    void withoutChannelBindingOnBothEndsAProxyMayEndTheEncryption() throws IOException {
        Authenticator authenticator =
                build("[[auth]]\ntype = \"token\"\ntoken = \"0123456789abcdef\"\nchannel_binding = \"off\"\n");
        AuthenticationContext here = new AuthenticationContext(
                Login.CONNECTION.peer(), null, Map.of("tls-server-end-point", new byte[] {1}), true);
        Secret token = Secret.of("0123456789abcdef");

        assertThat(new Conversation(
                                authenticator,
                                new TokenCredentialFactory(token, null, ChannelBindingMode.OFF).build(context),
                                Login.CONNECTION,
                                here)
                        .login())
                .isNotNull();
        assertRefused(
                AuthError.NO_COMMON_MECHANISM,
                new Conversation(
                        authenticator,
                        new TokenCredentialFactory(token, null, null).build(context),
                        Login.CONNECTION,
                        here)::login);
    }

    @Test
    void bothFactoriesAreFoundInTheJar() throws Exception {
        Path classes = Path.of(TokenAuthenticatorFactory.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());

        assertThat(Files.readString(classes.resolve("META-INF/extensions.idx")))
                .contains(TokenAuthenticatorFactory.class.getName(), TokenCredentialFactory.class.getName());
    }

    private static String challenge(Authenticator authenticator, String name) {
        byte[] first = ("n,,n=" + name + ",r=nonce").getBytes(StandardCharsets.UTF_8);
        Verdict verdict = authenticator
                .begin(Scram.MECHANISM, Login.CONNECTION)
                .next(first)
                .toCompletableFuture()
                .join();
        String text = new String(((Verdict.Challenge) verdict).message(), StandardCharsets.UTF_8);
        return text.substring(text.indexOf(",s="));
    }

    private Authenticator build(String toml) throws IOException {
        built = factory(toml).build(context);
        return built;
    }

    private static TokenAuthenticatorFactory factory(String toml) throws IOException {
        return (TokenAuthenticatorFactory) TOML.treeToValue(section(toml), AuthenticatorFactory.class);
    }

    private static JsonNode section(String toml) throws IOException {
        JsonNode section = TOML.readTree(toml).get("auth").get(0);
        // The platform's mapper puts the keys of a @Flattened component there; Jackson alone does not know it.
        for (JsonNode token : section.path("tokens")) {
            ObjectNode rights = TOML.createObjectNode();
            for (String key : List.of(
                    "types", "ports", "names", "hosts", "sessions", "tunnels", "streams", "bandwidth", "sources")) {
                if (token.has(key)) {
                    rights.set(key, ((ObjectNode) token).remove(key));
                }
            }
            ((ObjectNode) token).set("rights", rights);
        }
        return section;
    }

    private static String tokens(String name) {
        return new TokenAuthenticatorFactory(null, null, null, null)
                .issue(IssueRequest.named(name))
                .serverToml()
                .lines()
                .skip(3)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static IssueRequest request(String name, String principal) {
        return new IssueRequest(name, principal, null, null, Rights.ALL);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
