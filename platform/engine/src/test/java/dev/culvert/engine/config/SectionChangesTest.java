package dev.culvert.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What differs between two configurations, told by the equality of their records. */
final class SectionChangesTest {

    private record Section(String name, int port) {}

    private record Limits(int maxWaiting, String mode) {}

    private record Settings(List<Section> sections, String dataDirectory, Limits limits) {}

    @Test
    void aSectionIsNewGoneChangedOrNone() {
        List<Section> before = List.of(new Section("same", 1), new Section("changed", 2), new Section("gone", 3));
        List<Section> after = List.of(new Section("new", 4), new Section("changed", 5), new Section("same", 1));

        var changes = SectionChanges.between(before, after, Section::name);

        assertThat(changes)
                .isEqualTo(new SectionChanges<>(
                        Map.of("new", new Section("new", 4)),
                        Map.of("changed", new Section("changed", 5)),
                        Map.of("gone", new Section("gone", 3))));
        assertThat(SectionChanges.between(before, before, Section::name).isEmpty())
                .isTrue();
    }

    @Test
    void keysAreNamedAsTheFileHasThem() {
        Settings before = new Settings(List.of(), "/a", new Limits(1, "fast"));
        Settings after = new Settings(List.of(new Section("x", 1)), "/b", new Limits(2, "fast"));

        assertThat(SectionChanges.keys(before, after, Set.of("sections")))
                .containsExactly("data_directory", "max_waiting");
        assertThat(SectionChanges.keys(before, before, Set.of())).isEmpty();
    }
}
