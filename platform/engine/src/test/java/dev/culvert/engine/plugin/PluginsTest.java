package dev.culvert.engine.plugin;

import static dev.culvert.engine.plugin.PluginJarBuilder.plugin;
import static dev.culvert.engine.plugin.PluginJarBuilder.registry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.registry.RegistryFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a good jar gives, and how its classes are kept apart from the platform's. */
final class PluginsTest {

    @TempDir
    private Path folder;

    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(folder.resolve("plugins"));
    }

    @Test
    void aJarInTheDirectoryIsListedWithAllThatIsKnownOfIt() {
        Path jar = registry("acme-registry", "acme")
                .property("plugin.requires", ">=0.1.0 & <9.0.0")
                .build(directory.resolve("acme.jar"));

        PluginInfo info = jarsOnly(load()).get(0);

        assertThat(info.id()).isEqualTo("acme-registry");
        assertThat(info.version()).isEqualTo("1.2.3");
        assertThat(info.requires()).isEqualTo(">=0.1.0 & <9.0.0");
        assertThat(info.names()).hasToString("{registry=[acme]}");
        assertThat(info.sha256()).matches("[0-9a-f]{64}");
        assertThat(info.path()).isEqualTo(jar);
    }

    @Test
    void typeInTheConfigurationSelectsThePluginsRecord() throws IOException {
        registry("acme-registry", "acme").build(directory.resolve("acme.jar"));
        ObjectMapper mapper = new ObjectMapper();
        Plugins plugins = load();
        plugins.registerWith(mapper);

        RegistryFactory factory = mapper.readValue("{\"type\":\"acme\",\"size\":7}", RegistryFactory.class);

        assertThat(factory).hasToString("AcmeRegistry[size=7]");
        assertThat(plugins.names(RegistryFactory.class)).contains("acme");
        assertThat(plugins.extensions(RegistryFactory.class)).contains(factory.getClass());
    }

    @Test
    void severalDirectoriesAreReadInTurnInsteadOfTheDefault() throws IOException {
        Path second = Files.createDirectory(folder.resolve("more"));
        registry("one", "one").build(directory.resolve("one.jar"));
        registry("two", "two").build(second.resolve("two.jar"));
        registry("three", "three")
                .build(Files.createDirectory(folder.resolve("default")).resolve("three.jar"));

        Plugins plugins = Plugins.load(new PluginsSection(List.of(directory, second), null), folder.resolve("default"));

        assertThat(jarsOnly(plugins)).extracting(PluginInfo::id).containsExactly("one", "two");
    }

    @Test
    void aDefaultDirectoryThatDoesNotExistHasNoPlugins() {
        assertThat(jarsOnly(Plugins.load(PluginsSection.DEFAULT, folder.resolve("nowhere"))))
                .isEmpty();
    }

    @Test
    void whatIsNotAJarIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("README.md"), "Put jars here.");
        Files.createDirectory(directory.resolve("old"));

        assertThat(jarsOnly(load())).isEmpty();
    }

    @Test
    void aPluginKeepsItsOwnCopyOfALibrary() {
        registry("acme-registry", "acme")
                .source("org.tomlj.Toml", "public class NAME { public static final String OWN = \"own\"; }")
                .build(directory.resolve("acme.jar"));

        Class<?> factory = factoryOf(load(), "acme");

        assertThat(loadedBy(factory, "org.tomlj.Toml")).isSameAs(factory.getClassLoader());
    }

    @Test
    void aCopyOfTheSpiInAPluginIsIgnored() {
        registry("acme-registry", "acme")
                .source("io.netty.channel.Channel", "public class NAME { }")
                .build(directory.resolve("acme.jar"));

        Class<?> factory = factoryOf(load(), "acme");

        assertThat(loadedBy(factory, "io.netty.channel.Channel")).isSameAs(RegistryFactory.class.getClassLoader());
    }

    @Test
    void aPluginSeesNothingOfThePlatformButTheSpi() {
        registry("acme-registry", "acme").build(directory.resolve("acme.jar"));

        ClassLoader loader = factoryOf(load(), "acme").getClassLoader();

        assertThatThrownBy(() -> loader.loadClass("dev.culvert.engine.plugin.Plugins"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> loader.loadClass("org.tomlj.Toml")).isInstanceOf(ClassNotFoundException.class);
        assertThat(loader.getResource("META-INF/extensions.idx").toString()).contains("acme.jar");
        assertThat(loader.getResource("META-INF/maven/plugin.xml")).isNull();
    }

    @Test
    void twoPluginsDoNotSeeEachOther() {
        registry("one", "one").build(directory.resolve("one.jar"));
        registry("two", "two").build(directory.resolve("two.jar"));
        Plugins plugins = load();

        assertThatThrownBy(() -> factoryOf(plugins, "one").getClassLoader().loadClass("acme.two.AcmeRegistry"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void buildRunsWithThePluginsClassLoader() throws Exception {
        registry("acme-registry", "acme").build(directory.resolve("acme.jar"));
        Object factory = factoryOf(load(), "acme").getConstructors()[0].newInstance(7);
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        ClassLoader during =
                Plugins.withLoaderOf(factory, () -> Thread.currentThread().getContextClassLoader());

        assertThat(during).isSameAs(factory.getClass().getClassLoader());
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void aLibraryThatBuildMissesIsNamed() throws Exception {
        plugin("acme-registry")
                .source("acme.lib.Library", "public class NAME { public static void run() { } }")
                .registry("acme.AcmeRegistry", "acme", "acme.lib.Library.run();")
                .without("acme/lib/Library.class")
                .build(directory.resolve("acme.jar"));
        RegistryFactory factory =
                (RegistryFactory) factoryOf(load(), "acme").getConstructors()[0].newInstance(7);

        assertThatThrownBy(() -> Plugins.withLoaderOf(factory, () -> factory.build(null)))
                .isInstanceOf(CulvertException.class)
                .hasMessageStartingWith("CLV-1101: The plugin of \"acme\": the class acme.lib.Library is missing");
    }

    @Test
    void whatIsLoadedIsWhatWasHashedEvenIfTheFileChangesAfterwards() throws Exception {
        Path jar = registry("acme-registry", "acme")
                .source("acme.Late", "public class NAME { public String toString() { return \"checked\"; } }")
                .build(directory.resolve("acme.jar"));
        ClassLoader loader = factoryOf(load(), "acme").getClassLoader();

        registry("acme-registry", "acme")
                .source("acme.Late", "public class NAME { public String toString() { return \"swapped\"; } }")
                .build(jar);

        assertThat(loader.loadClass("acme.Late").getConstructor().newInstance()).hasToString("checked");
    }

    @Test
    void copiesLiveAsLongAsTheProcessAndThoseOfADeadOneAreRemoved() throws IOException {
        registry("acme-registry", "acme").build(directory.resolve("acme.jar"));
        Path dead = Files.createTempDirectory("culvert-plugins-");
        Files.createFile(dead.resolve("lock"));
        Files.writeString(Files.createDirectory(dead.resolve("abc")).resolve("acme.jar"), "left behind");
        Plugins plugins = load();
        Path copy = Path.of(URI.create(factoryOf(plugins, "acme")
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));

        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        load();

        assertThat(copy).exists();
        assertThat(dead).doesNotExist();
        assertThat(Files.getPosixFilePermissions(copy.getParent().getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    private Plugins load() {
        return Plugins.load(PluginsSection.DEFAULT, directory);
    }

    private static List<PluginInfo> jarsOnly(Plugins plugins) {
        return plugins.all().stream().filter(info -> info.sha256() != null).toList();
    }

    private static Class<?> factoryOf(Plugins plugins, String name) {
        return plugins.extensions(RegistryFactory.class).stream()
                .filter(factory -> Factories.nameOf(factory).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ClassLoader loadedBy(Class<?> factory, String name) {
        try {
            return factory.getClassLoader().loadClass(name).getClassLoader();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
