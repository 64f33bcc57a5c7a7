package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.Conversation;
import dev.culvert.testkit.TestPluginContext;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of an issuer that others wrote: client credentials to a JWT, verified by its published keys. */
final class OidcIssuerTest {

    private static final String CLIENT_SECRET = "a secret of 32 characters, & more";

    @TempDir
    private Path directory;

    @Test
    void aClientLogsInWithTheTokenThatItsIssuerGave() throws Exception {
        Process issuer = start(installed());
        try (TestPluginContext atServer = new TestPluginContext(Role.SERVER, directory);
                TestPluginContext atClient = new TestPluginContext(Role.CLIENT, directory)) {
            BufferedReader said = new BufferedReader(new InputStreamReader(issuer.getInputStream(), UTF_8));
            String line = said.readLine();
            assertThat(line).startsWith("issuer http://127.0.0.1:");
            String url = line.split(" ")[1];
            String resource = line.split(" ")[2];
            JwtAuthenticatorFactory section = new JwtAuthenticatorFactory(
                    url,
                    List.of("culvert"),
                    null,
                    url + "/jwks",
                    null,
                    null,
                    null,
                    null,
                    null,
                    "client_id",
                    "oidc:",
                    null,
                    null,
                    new RightsClaims("scope", null, null, null, null, null, null, null, null));
            JwtCredentialFactory held = new JwtCredentialFactory(
                    null, null, null, url + "/token", "laptop", Secret.of(CLIENT_SECRET), "tcp", null, resource);
            AuthenticationContext context =
                    new AuthenticationContext(new InetSocketAddress("127.0.0.1", 1), null, Map.of(), true);

            try (Authenticator authenticator = section.build(atServer);
                    Credential credential = held.build(atClient)) {
                Verdict.Accepted accepted = new Conversation(authenticator, credential, context).login();

                assertThat(accepted.principal().name()).isEqualTo("oidc:laptop");
                assertThat(accepted.principal().rights().types()).containsExactly("tcp");
                assertThat(accepted.revoked().toCompletableFuture()).isNotDone();
            }
        } finally {
            issuer.destroy();
        }
    }

    private Path installed() throws Exception {
        if (!Files.exists(Path.of("src", "test", "oidc", "package-lock.json"))) {
            return skipped("src/test/oidc has no package-lock.json; npm install --package-lock-only makes it");
        }
        Path home = Files.createDirectories(Path.of("target", "oidc").toAbsolutePath());
        for (String file : List.of("package.json", "package-lock.json", "issuer.mjs")) {
            Files.write(home.resolve(file), Files.readAllBytes(Path.of("src", "test", "oidc", file)));
        }
        int status;
        try {
            Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("npm.log").toFile())
                    .start();
            status = npm.waitFor(300, TimeUnit.SECONDS) ? npm.exitValue() : -1;
        } catch (java.io.IOException e) {
            return skipped("no npm here");
        }
        return status == 0 ? home : skipped("npm cannot install oidc-provider: " + home.resolve("npm.log"));
    }

    private static Path skipped(String why) {
        System.err.println("OidcIssuerTest is skipped: " + why);
        Assumptions.abort(why);
        throw new AssertionError();
    }

    private static Process start(Path home) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("node", "issuer.mjs").directory(home.toFile());
        builder.environment().put("CLIENT_SECRET", CLIENT_SECRET);
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }
}
