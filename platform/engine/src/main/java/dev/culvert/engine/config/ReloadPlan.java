package dev.culvert.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a newer configuration changes in a process that runs. Whatever is not named here goes on untouched.
 *
 * @param added what is there from now on: {@code tunnel "web"}
 * @param changed what is replaced
 * @param removed what is there no more; its open streams go on
 * @param restart what counts only after a restart, by the names of the keys
 * @param notes what else should be known
 */
public record ReloadPlan(
        List<String> added, List<String> changed, List<String> removed, List<String> restart, List<String> notes) {

    /** Nothing. */
    public static final ReloadPlan NOTHING = new ReloadPlan(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public ReloadPlan {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        restart = List.copyOf(restart);
        notes = List.copyOf(notes);
    }

    /** Whether nothing is different, not even after a restart. */
    public boolean isEmpty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty() && restart.isEmpty();
    }

    /**
     * The same, and named sections.
     *
     * @param kind what they are, {@code tunnel}
     * @param sections what became of them
     */
    public ReloadPlan with(String kind, SectionChanges<?> sections) {
        return new ReloadPlan(
                names(kind, added, sections.added()),
                names(kind, changed, sections.changed()),
                names(kind, removed, sections.removed()),
                restart,
                notes);
    }

    /**
     * The same, and a section without a name that is replaced as a whole.
     *
     * @param what which
     */
    public ReloadPlan withChanged(String what) {
        return new ReloadPlan(added, and(changed, List.of(what)), removed, restart, notes);
    }

    /**
     * The same, and what counts only after a restart.
     *
     * @param keys their names
     */
    public ReloadPlan withRestart(List<String> keys) {
        return new ReloadPlan(added, changed, removed, and(restart, keys), notes);
    }

    /**
     * The same, and what else should be known.
     *
     * @param more sentences
     */
    public ReloadPlan withNotes(List<String> more) {
        return new ReloadPlan(added, changed, removed, restart, and(notes, more));
    }

    private static List<String> names(String kind, List<String> before, Map<String, ?> sections) {
        return and(
                before,
                sections.keySet().stream()
                        .map(name -> kind + " \"" + name + "\"")
                        .toList());
    }

    private static List<String> and(List<String> before, List<String> more) {
        List<String> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }
}
