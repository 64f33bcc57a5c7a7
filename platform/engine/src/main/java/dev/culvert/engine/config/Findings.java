package dev.culvert.engine.config;

import dev.culvert.spi.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is wrong so far, and where the parts of the bound object were written. */
final class Findings {

    private final ConfigurationTree tree;
    private final List<Found> found = new ArrayList<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private final Map<KeyPath, KeyPath> written = new HashMap<>();
    private final Set<KeyPath> dropped = new HashSet<>();

    private record Found(KeyPath path, int line, Problem problem) {}

    Findings(ConfigurationTree tree) {
        this.tree = tree;
        tree.unusable().forEach((path, complaint) -> add(complaint.code(), path, complaint.message()));
    }

    void bind(Place place) {
        written.put(place.bound(), place.written());
    }

    void add(ErrorCode code, KeyPath path, String message) {
        Origin origin = tree.origin(path);
        Problem problem = new Problem(code, origin == null ? null : origin.text(), path.toString(), message);
        found.add(new Found(path, origin == null ? 0 : origin.line(), problem));
    }

    void drop(KeyPath bound) {
        dropped.add(bound);
    }

    /** Whether a value, or one around it, was left out for a reason that has been told. */
    boolean isDropped(KeyPath bound) {
        KeyPath at = bound;
        while (!at.isRoot()) {
            if (dropped.contains(at)) {
                return true;
            }
            at = at.parent();
        }
        return dropped.contains(at);
    }

    /** Whether something at or below a place of the sources is wrong. */
    boolean anyBelow(KeyPath path) {
        return found.stream().anyMatch(one -> one.path().startsWith(path));
    }

    /** Where a part of the bound object was written, or would have to be. */
    KeyPath written(KeyPath bound) {
        KeyPath known = written.get(bound);
        if (known != null || bound.isRoot()) {
            return known == null ? KeyPath.ROOT : known;
        }
        return written(bound.parent()).with(bound.last());
    }

    /** Notes that a secret stands here as it is. */
    void secret(KeyPath path) {
        Origin origin = tree.origin(path);
        if (origin != null && origin.line() > 0 && tree.isReadableByOthers()) {
            warnings.add(origin + ": " + path + ": a secret in a file that every user of this machine can read."
                    + " Take its read permission from others, or write ${NAME}.");
        }
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** What is wrong, in the order of the file. */
    List<Problem> problems() {
        return found.stream()
                .sorted(Comparator.comparingInt(Found::line))
                .map(Found::problem)
                .toList();
    }
}
