package dev.culvert.engine.config;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose content changes is noticed, however it does. */
final class FileWatchTest {

    @TempDir
    private Path directory;

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private Path file;

    @BeforeEach
    void watch() throws IOException {
        file = Files.writeString(directory.resolve("a.toml"), "one");
        FileWatch.start(file, scheduler, () -> {
            try {
                seen.add(Files.readString(file));
            } catch (IOException e) {
                seen.add(e.toString());
            }
        });
    }

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    @Test
    void aFileThatIsWrittenReplacedOrLinkedElsewhereIsToldOnce() throws IOException {
        Files.writeString(file, "two");
        await().atMost(30, SECONDS).until(() -> seen.equals(List.of("two")));

        Path other = Files.writeString(directory.resolve("b.toml"), "three");
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        await().atMost(30, SECONDS).until(() -> seen.equals(List.of("two", "three")));

        Path target = Files.writeString(directory.resolve("c.toml"), "four");
        Files.delete(file);
        Files.createSymbolicLink(file, target);
        await().atMost(30, SECONDS).until(() -> seen.equals(List.of("two", "three", "four")));
    }

    @Test
    void aFileThatSaysTheSameIsNoChangeAndOneThatComesBackIs() throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
        Files.delete(file);
        Files.writeString(file, "one");
        Files.writeString(directory.resolve("b.toml"), "unrelated");
        Files.delete(file);
        Files.writeString(file, "other");

        await().atMost(30, SECONDS).until(() -> !seen.isEmpty());
        assertThat(seen).containsExactly("other");
    }
}
