package dev.culvert.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a value is in a configuration: {@code listen[0].bind}.
 *
 * @param steps keys ({@link String}) and positions in lists ({@link Integer}), from the root
 */
record KeyPath(List<Object> steps) {

    static final KeyPath ROOT = new KeyPath(List.of());

    private static final Pattern STEP = Pattern.compile("\\.?(?:([A-Za-z0-9_-]+)|\"([^\"]*)\"|\\[(\\d+)])");
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");

    KeyPath {
        steps = List.copyOf(steps);
    }

    static KeyPath parse(String text) {
        List<Object> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(text);
        int end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            if (matcher.group(3) != null) {
                steps.add(Integer.valueOf(matcher.group(3)));
            } else {
                steps.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
            }
            end = matcher.end();
        }
        if (end < text.length() || steps.isEmpty()) {
            throw new IllegalArgumentException("key: \"" + text + "\" (expected: listen[0].bind)");
        }
        return new KeyPath(steps);
    }

    KeyPath key(String key) {
        return with(key);
    }

    KeyPath index(int index) {
        return with(index);
    }

    KeyPath with(Object step) {
        List<Object> longer = new ArrayList<>(steps);
        longer.add(step);
        return new KeyPath(longer);
    }

    boolean startsWith(KeyPath prefix) {
        int length = prefix.steps.size();
        return steps.size() >= length && steps.subList(0, length).equals(prefix.steps);
    }

    boolean isRoot() {
        return steps.isEmpty();
    }

    KeyPath parent() {
        return new KeyPath(steps.subList(0, steps.size() - 1));
    }

    Object last() {
        return steps.get(steps.size() - 1);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer) {
                text.append('[').append(step).append(']');
            } else {
                text.append(text.length() == 0 ? "" : ".").append(quoted((String) step));
            }
        }
        return text.toString();
    }

    static String quoted(String key) {
        return BARE.matcher(key).matches()
                ? key
                : "\"" + key.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
