package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.testkit.TestPluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key of this end's own is made once, and nobody else reads it. */
class KeysTest {

    @TempDir
    private Path directory;

    @Test
    void isMadeAtTheFirstStartForItsOwnerAloneAndKept() throws Exception {
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            byte[] first = Keys.ownStatic(null, context).publicKey();

            Path file = directory.resolve("noise.key");
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.readString(file)).matches(Keys.FORM + "\n");
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files).as("nothing is left aside").containsExactly(file);
            }
            assertThat(Keys.ownStatic(null, context).publicKey()).isEqualTo(first);
            assertThat(context.warnings()).isEmpty();
        }
    }

    @Test
    void isOneKeyHoweverManyStartAtOnce() throws Exception {
        int starts = 8;
        ExecutorService threads = Executors.newFixedThreadPool(starts);
        CyclicBarrier line = new CyclicBarrier(starts);
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            List<Future<String>> keys = new ArrayList<>();
            for (int i = 0; i < starts; i++) {
                keys.add(threads.submit(() -> {
                    line.await();
                    return Keys.text(Keys.ownStatic(null, context).publicKey());
                }));
            }
            Set<String> different = new HashSet<>();
            for (Future<String> key : keys) {
                different.add(key.get());
            }
            assertThat(different).hasSize(1);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void warnsOfAKeyThatOthersCanRead() throws Exception {
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            Keys.ownStatic(null, context);
            Files.setPosixFilePermissions(directory.resolve("noise.key"), PosixFilePermissions.fromString("rw-r-----"));

            Keys.ownStatic(null, context);

            assertThat(context.warnings()).singleElement().asString().contains("noise.key", "chmod 600");
        }
    }

    @Test
    void refusesAFileThatHoldsNoKeyAndDoesNotShowIt() throws Exception {
        Files.writeString(directory.resolve("noise.key"), "not a key at all\n");
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            CulvertException refused =
                    catchThrowableOfType(CulvertException.class, () -> Keys.ownStatic(null, context));

            assertThat(refused.code()).isEqualTo(ConfigError.INVALID_VALUE);
            assertThat(refused.getMessage()).contains("noise.key").doesNotContain("not a key");
        }
    }

    @Test
    void refusesADirectoryThatIsNotThere() {
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory.resolve("nowhere"))) {
            CulvertException refused =
                    catchThrowableOfType(CulvertException.class, () -> Keys.ownStatic(null, context));

            assertThat(refused.code()).isEqualTo(ConfigError.FILE_UNREADABLE);
            assertThat(refused.getMessage()).contains("nowhere");
        }
    }

    @Test
    void makesNoFileForAKeyThatIsWritten() throws Exception {
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            Keys.ownStatic(Samples.secret(Samples.SERVER), context);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aSecretThatIsNoKeyIsNotShown() {
        assertThatThrownBy(() -> Keys.bytes("psk", Secret.of("hunter2-hunter2-hunter2")))
                .isInstanceOf(CulvertException.class)
                .hasMessageContaining("psk: 23 characters")
                .hasMessageNotContaining("hunter2");
    }
}
