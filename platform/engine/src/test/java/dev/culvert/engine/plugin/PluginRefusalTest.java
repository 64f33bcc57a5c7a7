package dev.culvert.engine.plugin;

import static dev.culvert.engine.plugin.PluginJarBuilder.plugin;
import static dev.culvert.engine.plugin.PluginJarBuilder.registry;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way of not being a plugin, and the sentence that a person then reads. */
final class PluginRefusalTest {

    @TempDir
    private Path folder;

    private Path directory;
    private Path jar;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(folder.resolve("plugins"));
        jar = directory.resolve("acme.jar");
    }

    @Test
    void aJarThatIsNoPluginIsRefused() {
        plugin("acme").without("plugin.properties").entry("x.txt", "x").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar is no plugin: it has no plugin.properties.");
    }

    @Test
    void aPluginWithoutExtensionsIsRefused() {
        registry("acme", "acme").without("META-INF/extensions.idx").build(jar);

        refusedWith(
                ConfigError.PLUGIN_NOT_LOADED, "acme.jar contributes no factory: META-INF/extensions.idx is missing");
    }

    @Test
    void aPluginWithAnEmptyIndexIsRefused() {
        registry("acme", "acme").entry("META-INF/extensions.idx", "# nothing\n").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar contributes no factory: META-INF/extensions.idx is empty");
    }

    @Test
    void anExtensionOfAnotherSpiIsRefused() {
        plugin("acme")
                .source("acme.Other", "@org.pf4j.Extension public class NAME implements org.pf4j.ExtensionPoint { }")
                .build(jar);

        refusedWith(
                ConfigError.PLUGIN_NOT_LOADED,
                "acme.jar: acme.Other is marked @Extension, but is no factory of this SPI.");
    }

    @Test
    void anExtensionWithoutANameIsRefused() {
        registry("acme", "").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "has no @JsonTypeName for type to select.");
    }

    @Test
    void twoJarsWithOneNameAreRefused() {
        registry("one", "acme").build(directory.resolve("one.jar"));
        registry("two", "acme").build(directory.resolve("two.jar"));

        refusedWith(ConfigError.PLUGIN_DUPLICATE, "two.jar both provide the registry \"acme\".");
    }

    @Test
    void twoFactoriesOfOneJarWithOneNameAreRefused() {
        registry("acme", "acme").registry("acme.Second", "acme", "").build(jar);

        refusedWith(ConfigError.PLUGIN_DUPLICATE, "both provide the registry \"acme\".");
    }

    @Test
    void theSamePluginTwiceIsRefused() {
        registry("acme", "one").build(directory.resolve("acme-1.jar"));
        registry("acme", "two").build(directory.resolve("acme-2.jar"));

        refusedWith(ConfigError.PLUGIN_DUPLICATE, "acme-2.jar are both the plugin \"acme\".");
    }

    @Test
    void aPluginForAnotherSpiIsRefused() {
        registry("acme", "acme").property("plugin.requires", ">=99.0.0").build(jar);

        refusedWith(
                ConfigError.PLUGIN_INCOMPATIBLE,
                "acme.jar requires SPI >=99.0.0, and this is " + SpiVersion.CURRENT + ".");
    }

    @Test
    void aRequirementThatIsNoRangeIsRefused() {
        registry("acme", "acme").property("plugin.requires", "the newest").build(jar);

        refusedWith(ConfigError.PLUGIN_INCOMPATIBLE, "plugin.requires: \"the newest\" is no range of versions");
    }

    @Test
    void aPluginWithoutAnIdIsRefused() {
        registry("acme", "acme").property("plugin.id", "").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "plugin.properties has no plugin.id.");
    }

    @Test
    void aPluginThatWantsAnotherPluginIsRefused() {
        registry("acme", "acme").property("plugin.dependencies", "other").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "plugins do not see each other.");
    }

    @Test
    void aMissingFactoryIsNamed() {
        registry("acme", "acme").entry("META-INF/extensions.idx", "acme.Gone\n").build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar: acme.Gone: the class acme.Gone is missing");
    }

    @Test
    void aMissingLibraryIsNamed() {
        plugin("acme")
                .source("acme.lib.Library", "public class NAME { }")
                .registry("acme.AcmeRegistry", "acme", "return null; } acme.lib.Library library() {")
                .without("acme/lib/Library.class")
                .build(jar);

        refusedWith(
                ConfigError.PLUGIN_NOT_LOADED,
                "acme.AcmeRegistry: the class acme.lib.Library is missing; a plugin has to contain its libraries.");
    }

    @Test
    void aClassOfTheEngineIsSaidToBeOutOfReach() {
        plugin("acme")
                .registry("acme.AcmeRegistry", "acme", "return null; } dev.culvert.engine.plugin.Plugins plugins() {")
                .build(jar);

        refusedWith(
                ConfigError.PLUGIN_NOT_LOADED,
                "the class dev.culvert.engine.plugin.Plugins is not part of the SPI, and plugins see nothing else");
    }

    @Test
    void aPluginForANewerJavaIsSaidToBeThat() throws IOException {
        registry("acme", "acme").build(jar);
        String factory = "acme/acme/AcmeRegistry.class";
        byte[] bytes;
        try (JarFile built = new JarFile(jar.toFile())) {
            bytes = built.getInputStream(built.getEntry(factory)).readAllBytes();
        }
        bytes[7] = 99; // the major version of the class file
        registry("acme", "acme").entry(factory, bytes).build(jar);

        refusedWith(
                ConfigError.PLUGIN_NOT_LOADED,
                "acme.acme.AcmeRegistry: compiled for a newer Java than this one, "
                        + Runtime.version().feature() + ".");
    }

    @Test
    void aPluginWhoseLifecycleFailsIsRefused() {
        registry("acme", "acme")
                .source(
                        "acme.Main",
                        "public class NAME extends org.pf4j.Plugin {"
                                + " public void start() { throw new IllegalStateException(\"no disk\"); } }")
                .property("plugin.class", "acme.Main")
                .build(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar did not start (", "no disk");
    }

    @Test
    void aTruncatedJarIsRefused() throws IOException {
        registry("acme", "acme").build(jar);
        byte[] bytes = Files.readAllBytes(jar);
        Files.write(jar, java.util.Arrays.copyOf(bytes, bytes.length - 40));

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar is truncated or not a jar (");
    }

    @Test
    void aFileThatIsNoJarIsRefused() throws IOException {
        Files.writeString(jar, "<html>404 Not Found</html>");

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar is truncated or not a jar (");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Files.createFile(jar);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar is truncated or not a jar (");
    }

    @Test
    void aLinkOutOfTheDirectoryIsRefused() throws IOException {
        Path outside = registry("acme", "acme")
                .build(Files.createDirectory(folder.resolve("elsewhere")).resolve("acme.jar"));
        Files.createSymbolicLink(jar, outside);

        refusedWith(ConfigError.PLUGIN_PATH, "acme.jar is a symbolic link (expected: a jar).");
    }

    @Test
    void aDirectoryNamedLikeAJarIsRefused() throws IOException {
        Files.createDirectory(jar);

        refusedWith(ConfigError.PLUGIN_PATH, "acme.jar is a directory (expected: a jar).");
    }

    @Test
    void anUnpackedPluginIsRefused() throws IOException {
        Path unpacked = Files.createDirectory(directory.resolve("acme"));
        Files.writeString(unpacked.resolve("plugin.properties"), "plugin.id=acme");

        refusedWith(ConfigError.PLUGIN_PATH, "acme is an unpacked plugin (expected: a jar).");
    }

    @Test
    void aZipIsRefused() {
        registry("acme", "acme").build(directory.resolve("acme.zip"));

        refusedWith(ConfigError.PLUGIN_PATH, "acme.zip is a zip archive (expected: a jar).");
    }

    @Test
    void anEntryThatLeadsOutOfTheJarIsRefused() {
        registry("acme", "acme").entry("../../etc/cron.d/acme", "x").build(jar);

        refusedWith(ConfigError.PLUGIN_PATH, "acme.jar has an entry that leads out of it: ../../etc/cron.d/acme.");
    }

    @Test
    void anEntryThatIsThereTwiceIsRefused() throws IOException {
        registry("acme", "acme").entry("a.txt", "1").entry("b.txt", "2").build(jar);
        String bytes = Files.readString(jar, ISO_8859_1);
        Files.writeString(jar, bytes.replace("b.txt", "a.txt"), ISO_8859_1);

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar has the entry a.txt twice.");
    }

    @Test
    void aJarThatUnpacksToGigabytesIsRefused() throws IOException {
        registry("acme", "acme").entry("a.bin", "1").build(jar);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(jar)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.limit() - 46; at++) {
            if (bytes.getInt(at) == 0x02014b50) { // each header of the central directory
                bytes.putInt(at + 24, 0x7fffffff); // says how long its entry becomes
            }
        }
        Files.write(jar, bytes.array());

        refusedWith(ConfigError.PLUGIN_NOT_LOADED, "acme.jar unpacks to more than 1 GiB.");
    }

    @Test
    void aJarThatPullsInOtherFilesIsRefused() {
        registry("acme", "acme")
                .entry("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nClass-Path: ../evil.jar\r\n\r\n")
                .build(jar);

        refusedWith(ConfigError.PLUGIN_PATH, "acme.jar names other jars (Class-Path in its manifest)");
    }

    @Test
    void aConfiguredDirectoryThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> Plugins.load(new PluginsSection(List.of(folder.resolve("nowhere")), null), null))
                .isInstanceOf(CulvertException.class)
                .hasMessageContaining("nowhere (expected: a directory).");
    }

    @Test
    void aJarThatTheListDoesNotNameIsRefused() {
        registry("acme", "acme").build(jar);
        String sha256 = JarBytes.read(jar).sha256();
        String other = (sha256.charAt(0) == '0' ? "1" : "0") + sha256.substring(1);

        refusedWith(List.of(other), ConfigError.PLUGIN_NOT_ALLOWED, "acme.jar has SHA-256 " + sha256);
        assertThat(load(List.of(other, sha256.toUpperCase(java.util.Locale.ROOT)))
                        .all())
                .isNotEmpty();
    }

    @Test
    void oneFlippedBitIsRefusedByTheList() throws IOException {
        registry("acme", "acme").build(jar);
        String sha256 = JarBytes.read(jar).sha256();
        byte[] bytes = Files.readAllBytes(jar);
        bytes[bytes.length / 2] ^= 1;
        Files.write(jar, bytes);

        refusedWith(List.of(sha256), ConfigError.PLUGIN_NOT_ALLOWED, "which plugins.allow does not list.");
    }

    @Test
    void anEmptyListAllowsNothing() {
        registry("acme", "acme").build(jar);

        refusedWith(List.of(), ConfigError.PLUGIN_NOT_ALLOWED, "which plugins.allow does not list.");
    }

    @Test
    void aListThatIsNotOfHashesIsRefused() {
        registry("acme", "acme").build(jar);

        refusedWith(List.of("acme.jar"), ConfigError.INVALID_VALUE, "plugins.allow: \"acme.jar\" (expected: a SHA-256");
    }

    @Test
    void anErrorCodeOfThePlatformIsRefused() {
        withErrors("acme", "CLV", 2001).build(jar);

        refusedWith(ConfigError.PLUGIN_ERROR_CODE, "acme.jar has the error code CLV-2001, which the platform has too.");
    }

    @Test
    void anErrorCodeOfAnotherPluginIsRefused() {
        withErrors("one", "ACME", 1).build(directory.resolve("one.jar"));
        withErrors("two", "ACME", 1).build(directory.resolve("two.jar"));

        refusedWith(ConfigError.PLUGIN_ERROR_CODE, "two.jar has the error code ACME-1, which ", "one.jar has too.");
    }

    @Test
    void anErrorCodeOfItsOwnIsFine() {
        withErrors("acme", "ACME", 1).build(jar);

        assertThat(load(null).names(dev.culvert.spi.registry.RegistryFactory.class))
                .contains("acme");
    }

    private static PluginJarBuilder withErrors(String id, String prefix, int number) {
        return registry(id, id).property("plugin.errors", "acme.Problem").source("acme.Problem", """
                        public enum NAME implements dev.culvert.spi.ErrorCode {
                            ODD;
                            public String prefix() { return "%s"; }
                            public int number() { return %d; }
                            public dev.culvert.spi.ErrorType type() { return dev.culvert.spi.ErrorType.USER; }
                            public String remedy() { return "Do this."; }
                        }
                        """.formatted(
                        prefix, number));
    }

    private Plugins load(List<String> allow) {
        return Plugins.load(new PluginsSection(null, allow), directory);
    }

    private void refusedWith(ConfigError code, String... message) {
        refusedWith(null, code, message);
    }

    private void refusedWith(List<String> allow, ConfigError code, String... message) {
        assertThatThrownBy(() -> load(allow))
                .isInstanceOfSatisfying(
                        CulvertException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContainingAll(message);
    }
}
