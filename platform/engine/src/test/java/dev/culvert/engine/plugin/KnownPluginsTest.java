package dev.culvert.engine.plugin;

import static dev.culvert.engine.plugin.PluginJarBuilder.registry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.registry.RegistryFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that reads its configuration again keeps the classes it has, and finds new jars. */
final class KnownPluginsTest {

    @TempDir
    private Path directory;

    private KnownPlugins known;

    @BeforeEach
    void know() {
        known = new KnownPlugins(directory);
        registry("one", "one").build(directory.resolve("one.jar"));
    }

    @Test
    void aNewJarIsLoadedAndTheOthersStayWhatTheyAre() {
        Plugins before = known.apply(PluginsSection.DEFAULT);
        registry("two", "two").build(directory.resolve("two.jar"));

        Plugins after = known.apply(PluginsSection.DEFAULT);

        assertThat(after.names(RegistryFactory.class)).contains("one", "two");
        assertThat(after.extensions(RegistryFactory.class)).containsAll(before.extensions(RegistryFactory.class));
        assertThat(known.notes()).isEmpty();
    }

    @Test
    void aChangedOrMissingJarIsSaidAndStaysInUse() throws IOException {
        Plugins before = known.apply(PluginsSection.DEFAULT);
        Files.delete(directory.resolve("one.jar"));
        registry("one", "one").property("plugin.version", "9.9.9").build(directory.resolve("one.jar"));

        assertThat(known.apply(PluginsSection.DEFAULT).all()).isEqualTo(before.all());
        assertThat(known.notes()).singleElement().asString().contains("one.jar has changed");

        Files.move(directory.resolve("one.jar"), directory.resolve("one-9.9.9.jar"));
        assertThat(known.apply(PluginsSection.DEFAULT).all()).isEqualTo(before.all());
        assertThat(known.notes())
                .anyMatch(note -> note.contains("one.jar is gone"))
                .anyMatch(note -> note.contains("one-9.9.9.jar counts from the next start on"));
    }

    @Test
    void aJarThatIsRefusedLeavesWhatIsKnown() throws IOException {
        Plugins before = known.apply(PluginsSection.DEFAULT);
        Path bad = Files.writeString(directory.resolve("bad.jar"), "no jar at all");

        assertThatThrownBy(() -> known.apply(PluginsSection.DEFAULT)).hasMessageStartingWith("CLV-11");
        Files.delete(bad);
        assertThat(known.apply(PluginsSection.DEFAULT).all()).isEqualTo(before.all());
    }
}
