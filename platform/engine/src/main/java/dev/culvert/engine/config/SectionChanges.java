package dev.culvert.engine.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Two configurations held against each other. Sections are records, so "changed" is what their equality says: a file that
 * is written differently and means the same changes nothing.
 *
 * @param added sections with a new name
 * @param changed sections whose name is known, as they are now
 * @param removed sections that are there no more, as they were
 */
public record SectionChanges<T>(Map<String, T> added, Map<String, T> changed, Map<String, T> removed) {

    /**
     * Compares.
     *
     * @param before the sections that run
     * @param after the newer ones
     * @param name which key tells them apart
     */
    public static <T> SectionChanges<T> between(List<T> before, List<T> after, Function<T, String> name) {
        Map<String, T> removed = byName(before, name);
        Map<String, T> added = new LinkedHashMap<>();
        Map<String, T> changed = new LinkedHashMap<>();
        for (T section : after) {
            T old = removed.remove(name.apply(section));
            if (old == null) {
                added.put(name.apply(section), section);
            } else if (!old.equals(section)) {
                changed.put(name.apply(section), section);
            }
        }
        return new SectionChanges<>(added, changed, removed);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
    }

    /**
     * The keys whose values differ.
     *
     * @param before the settings that run
     * @param after the newer ones
     * @param apart keys that are looked at elsewhere, as the record names them
     * @return as a file has them, in snake_case
     */
    public static <R extends Record> List<String> keys(R before, R after, Set<String> apart) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : before.getClass().getRecordComponents()) {
            if (!apart.contains(component.getName())) {
                Object old = value(component, before);
                Object now = value(component, after);
                // Keys that the program keeps together stand for themselves in the file.
                if (old instanceof Record one
                        && now instanceof Record other
                        && one.getClass().equals(other.getClass())
                        && one.getClass().getPackage().equals(before.getClass().getPackage())) {
                    keys.addAll(keys(one, other, Set.of()));
                } else if (!Objects.equals(old, now)) {
                    keys.add(snakeCase(component.getName()));
                }
            }
        }
        return keys;
    }

    private static @Nullable Object value(RecordComponent component, Record record) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> Map<String, T> byName(List<T> sections, Function<T, String> name) {
        Map<String, T> map = new LinkedHashMap<>();
        sections.forEach(section -> map.put(name.apply(section), section));
        return map;
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
