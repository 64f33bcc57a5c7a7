package dev.culvert.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

/** What is in the distribution. */
final class ContentIT {

    @Test
    void theClassPathIsEveryJarOfLibAndNothingElse() throws IOException {
        List<String> jars = new ArrayList<>(Distribution.names("lib"));
        jars.removeIf(name -> !name.endsWith(".jar") || name.equals("culvert.jar"));

        assertThat(classPath()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(jars);
    }

    @Test
    void aPluginIsInPluginsAndNowhereElse() throws IOException {
        List<String> plugins = Distribution.names("plugins");

        assertThat(plugins)
                .extracting(name -> name.replaceFirst("-\\d.*", ""))
                .contains(
                        "auth-jwt",
                        "auth-token",
                        "dialect-culvert",
                        "dialect-raw",
                        "filter-access",
                        "filter-auth",
                        "filter-breaker",
                        "filter-compression",
                        "filter-limits",
                        "mux-yamux",
                        "protocol-http",
                        "protocol-tcp",
                        "protocol-tls",
                        "transport-noise",
                        "transport-plain",
                        "transport-proxy",
                        "transport-tls",
                        "transport-websocket");
        assertThat(Distribution.names("lib")).doesNotContainAnyElementsOf(plugins);
    }

    @Test
    void nativesAreLinuxsAlone() throws IOException {
        assertThat(Distribution.names("lib"))
                .filteredOn(name -> name.contains("-native-") && !name.contains("unix-common"))
                .isNotEmpty()
                .allMatch(name -> name.endsWith("-linux-x86_64.jar") || name.endsWith("-linux-aarch_64.jar"));
    }

    @Test
    void everyLibraryIsListedWithItsLicence() throws IOException {
        String list = Files.readString(Distribution.home().resolve("lib/THIRD-PARTY.txt"));

        assertThat(list)
                .contains("netty-transport", "pf4j", "dropwizard-core", "nimbus-jose-jwt")
                .doesNotContain("(Unknown license)");
    }

    @Test
    void aPluginThatBundlesALibraryIsStillAPluginAndCarriesItsLicence() throws IOException {
        String name = Distribution.names("plugins").stream()
                .filter(plugin -> plugin.startsWith("auth-jwt-"))
                .findFirst()
                .orElseThrow();
        try (JarFile jar =
                new JarFile(Distribution.home().resolve("plugins/" + name).toFile())) {
            assertThat(text(jar, "plugin.properties")).contains("plugin.id=auth-jwt");
            assertThat(text(jar, "META-INF/extensions.idx"))
                    .contains("JwtAuthenticatorFactory")
                    .contains("JwtCredentialFactory");
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License");
            assertThat(text(jar, "META-INF/NOTICE")).contains("com.nimbusds:nimbus-jose-jwt", "gson", "jcip");
            assertThat(jar.stream().map(JarEntry::getName).filter(entry -> entry.endsWith(".class")))
                    .contains("com/nimbusds/jose/JWSVerifier.class")
                    .allMatch(entry ->
                            entry.startsWith("dev/culvert/plugin/auth/jwt/") || entry.startsWith("com/nimbusds/"));
        }
    }

    private static String text(JarFile jar, String entry) throws IOException {
        assertThat(jar.getEntry(entry)).as(entry).isNotNull();
        return new String(jar.getInputStream(jar.getEntry(entry)).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void completionKnowsTheCommands() throws IOException {
        String completion = Files.readString(Distribution.home().resolve("share/completion/culvert.bash"));

        assertThat(completion).contains("server", "client", "--server").doesNotContain("warm-up");
    }

    @Test
    void whatAUserReadsIsThere() {
        Path home = Distribution.home();

        assertThat(List.of(
                        "LICENSE",
                        "README.md",
                        "CHANGELOG.md",
                        "config/server.toml",
                        "config/client.toml",
                        "share/systemd/culvert-server.service",
                        "share/systemd/culvert-client.service",
                        "share/docker/Dockerfile"))
                .allSatisfy(name -> assertThat(home.resolve(name)).isNotEmptyFile());
    }

    private static List<String> classPath() throws IOException {
        try (JarFile jar =
                new JarFile(Distribution.home().resolve("lib/culvert.jar").toFile())) {
            Manifest manifest = jar.getManifest();
            return List.of(manifest.getMainAttributes()
                    .getValue(Attributes.Name.CLASS_PATH)
                    .split(" "));
        }
    }
}
