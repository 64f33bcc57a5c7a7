package dev.culvert.plugin.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a changed file counts, look by look. */
final class TokenFileWatchTest {

    private static final String VERIFIER =
            " " + Verifier.of("x", new byte[] {1}).format() + "\n";

    private final List<Set<String>> taken = new ArrayList<>();
    private final Path path;
    private final TokenFileWatch watch;

    TokenFileWatchTest(@TempDir Path directory) throws IOException {
        this.path = Files.writeString(directory.resolve("tokens"), "a" + VERIFIER);
        this.watch = new TokenFileWatch(new TokenFile(path), grants -> taken.add(Set.copyOf(grants.keySet())));
    }

    @BeforeEach
    void load() {
        watch.load();
        watch.look();
        watch.look();
        assertThat(taken).containsExactly(Set.of("a"));
        taken.clear();
    }

    @Test
    void aChangeCountsOnceTwoLooksAgree() throws IOException {
        Files.writeString(path, "");
        watch.look(); // half written
        Files.writeString(path, "a" + VERIFIER + "b" + VERIFIER);
        watch.look();
        assertThat(taken).isEmpty();

        watch.look();
        watch.look();
        assertThat(taken).containsExactly(Set.of("a", "b"));
    }

    @Test
    void aFileMovedIntoPlaceCounts() throws IOException {
        Path next = Files.writeString(path.resolveSibling("next"), "b" + VERIFIER);
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(path));
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);

        watch.look();
        watch.look();

        assertThat(taken).containsExactly(Set.of("b"));
    }

    @Test
    void aWrongFileIsNotTakenAndACorrectedOneIs() throws IOException {
        Files.writeString(path, "a nonsense\n");
        watch.look();
        watch.look();
        watch.look();
        assertThat(taken).isEmpty();

        Files.writeString(path, "c" + VERIFIER);
        watch.look();
        watch.look();
        assertThat(taken).containsExactly(Set.of("c"));
    }

    @Test
    void aRemovedFileHasNoTokens() throws IOException {
        Files.delete(path);

        watch.look();
        watch.look();

        assertThat(taken).containsExactly(Set.of());
    }

    @Test
    void tokensThatAreRefusedAreOfferedAgain() throws IOException {
        List<String> offered = new ArrayList<>();
        TokenFileWatch picky = new TokenFileWatch(new TokenFile(path), grants -> {
            offered.addAll(grants.keySet());
            if (grants.containsKey("b")) {
                throw new CulvertException(ConfigError.CONFLICTING_KEYS, "b is taken.");
            }
        });
        picky.load();
        Files.writeString(path, "b" + VERIFIER);

        picky.look();
        picky.look();
        picky.look();

        assertThat(offered).containsExactly("a", "b", "b");
    }
}
