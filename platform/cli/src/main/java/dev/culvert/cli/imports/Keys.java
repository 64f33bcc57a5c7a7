package dev.culvert.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A table of another program's file. What is taken from it is accounted for; the rest is told to the person. */
final class Keys {

    private final String path;
    private final ObjectNode table;
    private final List<String> dropped;

    /**
     * Makes a view of a table.
     *
     * @param path how its keys are called, with the dot; empty for the file itself
     * @param table is taken apart
     * @param dropped takes what is not carried over
     */
    Keys(String path, ObjectNode table, List<String> dropped) {
        this.path = path;
        this.table = table;
        this.dropped = dropped;
    }

    boolean has(String key) {
        return !table.at("/" + key.replace('.', '/')).isMissingNode();
    }

    /** A string as it stands there, left there; empty if none does. */
    String peek(String key) {
        return table.at("/" + key.replace('.', '/')).asText("");
    }

    /** A string or a number as text, or null. */
    @Nullable
    String text(String key) {
        JsonNode value = take(key);
        return value == null || !value.isValueNode() ? null : value.asText();
    }

    String text(String key, String otherwise) {
        String value = text(key);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode value = take(key);
        return value == null ? otherwise : value.asBoolean(otherwise);
    }

    List<String> texts(String key) {
        List<String> all = new ArrayList<>();
        JsonNode value = take(key);
        if (value != null) {
            value.forEach(element -> all.add(element.asText()));
        }
        return all;
    }

    /** The strings of a table, by their names. */
    Map<String, String> fields(String key) {
        Map<String, String> all = new LinkedHashMap<>();
        JsonNode value = take(key);
        if (value != null) {
            value.properties()
                    .forEach(field -> all.put(field.getKey(), field.getValue().asText()));
        }
        return all;
    }

    /** The tables of a list. */
    List<Keys> tables(String key) {
        List<Keys> all = new ArrayList<>();
        JsonNode value = take(key);
        if (value != null) {
            for (JsonNode element : value) {
                if (element instanceof ObjectNode one) {
                    String name = one.path("name").asText("");
                    all.add(new Keys(path + key + (name.isEmpty() ? "" : " \"" + name + "\"") + ".", one, dropped));
                }
            }
        }
        return all;
    }

    /** The tables of a table, by their names. */
    Map<String, Keys> named(String key) {
        Map<String, Keys> all = new LinkedHashMap<>();
        JsonNode value = take(key);
        if (value != null) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                if (field.getValue() instanceof ObjectNode one) {
                    all.put(field.getKey(), new Keys(path + key + "." + field.getKey() + ".", one, dropped));
                }
            }
        }
        return all;
    }

    /** The table itself, if it is there. */
    @Nullable
    Keys table(String key) {
        return take(key) instanceof ObjectNode one ? new Keys(path + key + ".", one, dropped) : null;
    }

    /** Tells that a key is not carried over, and takes it. */
    void drop(String key, String why) {
        take(key);
        tell(key, why);
    }

    /** Tells what a key does not mean here. */
    void tell(String key, String why) {
        dropped.add(path + key + ": " + why);
    }

    /** Tells that the whole table is not carried over. */
    void dropAll(String why) {
        table.removeAll();
        dropped.add((path.endsWith(".") ? path.substring(0, path.length() - 1) : path) + ": " + why);
    }

    /**
     * Tells of all keys that nobody took.
     *
     * @param reasons by the beginning of a key's path; the others have no counterpart
     */
    void dropRest(Map<String, String> reasons) {
        rest(table, "", reasons);
    }

    private void rest(ObjectNode node, String prefix, Map<String, String> reasons) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = prefix + field.getKey();
            if (field.getValue() instanceof ObjectNode taken && isEmpty(taken)) {
                continue;
            }
            String why = reasons.get(key);
            if (why != null) {
                dropped.add(path + key + ": " + why);
            } else if (field.getValue() instanceof ObjectNode inner) {
                rest(inner, key + ".", reasons);
            } else {
                dropped.add(path + key + ": Culvert has no such setting");
            }
        }
    }

    private static boolean isEmpty(ObjectNode node) {
        return node.properties().stream()
                .allMatch(field -> field.getValue() instanceof ObjectNode inner && isEmpty(inner));
    }

    private @Nullable JsonNode take(String key) {
        ObjectNode at = table;
        String[] steps = key.split("\\.", -1);
        for (int i = 0; i < steps.length - 1; i++) {
            if (!(at.get(steps[i]) instanceof ObjectNode next)) {
                return null;
            }
            at = next;
        }
        return at.remove(steps[steps.length - 1]);
    }
}
