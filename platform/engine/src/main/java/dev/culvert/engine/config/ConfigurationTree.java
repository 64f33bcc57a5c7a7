package dev.culvert.engine.config;

import static dev.culvert.spi.ConfigError.INVALID_VALUE;
import static dev.culvert.spi.ConfigError.MISSING_VARIABLE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.culvert.spi.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sources, merged into one tree that still knows where each value came from. */
final class ConfigurationTree {

    private final TomlDocument document;
    private final ObjectNode root;
    private final Map<KeyPath, Origin> origins = new HashMap<>();
    private final Set<KeyPath> outside = new HashSet<>();
    private final Map<KeyPath, Complaint> unusable = new LinkedHashMap<>();

    /** Why a value cannot be used, whatever it is for. */
    record Complaint(ErrorCode code, String message) {}

    ConfigurationTree(TomlDocument document, Variables variables) {
        this.document = document;
        this.root = (ObjectNode) substitute(document.root(), KeyPath.ROOT, variables);
    }

    ObjectNode root() {
        return root;
    }

    /** The values that are there, but cannot be used. */
    Map<KeyPath, Complaint> unusable() {
        return unusable;
    }

    /** Whether a value could only be given as a string, {@code a,b} for a list, since it is not from the file. */
    boolean isFromOutside(KeyPath path) {
        return outside.contains(path);
    }

    /** Where a value came from, or its nearest surroundings; null if from nowhere. */
    @Nullable
    Origin origin(KeyPath path) {
        Origin override = override(path);
        return override != null ? override : document.origin(path);
    }

    boolean isReadableByOthers() {
        return document.isReadableByOthers();
    }

    /** The value at a path; a missing node if there is none. */
    JsonNode at(KeyPath path) {
        JsonNode node = root;
        for (Object step : path.steps()) {
            node = step instanceof Integer index ? node.path(index) : node.path((String) step);
        }
        return node;
    }

    void set(ConfigurationSources.Setting setting) {
        JsonNode container = root;
        KeyPath path = KeyPath.ROOT;
        List<Object> steps = setting.path().steps();
        for (int i = 0; i < steps.size(); i++) {
            Object step = withinReach(steps.get(i), container);
            // A table stands for a list of one.
            if (step instanceof Integer index && index == 0 && container.isObject()) {
                continue;
            }
            path = path.with(step);
            JsonNode next = i + 1 < steps.size() ? inner(container, step, steps.get(i + 1)) : setting.value();
            put(container, step, next, setting);
            container = next;
        }
        KeyPath written = path;
        origins.keySet().removeIf(known -> known.startsWith(written));
        unusable.keySet().removeIf(known -> known.startsWith(written));
        origins.put(written, setting.origin());
        outside.add(written);
    }

    // A position beyond the end is the next one.
    private static Object withinReach(Object step, JsonNode container) {
        return step instanceof Integer index && container.isArray() ? Math.min(index, container.size()) : step;
    }

    private static JsonNode inner(JsonNode container, Object step, Object nextStep) {
        JsonNode existing = step instanceof Integer index ? container.path(index) : container.path((String) step);
        if (existing.isContainerNode()) {
            return existing;
        }
        return nextStep instanceof Integer
                ? JsonNodeFactory.instance.arrayNode()
                : JsonNodeFactory.instance.objectNode();
    }

    private static void put(JsonNode container, Object step, JsonNode value, ConfigurationSources.Setting setting) {
        if (container instanceof ObjectNode object && step instanceof String key) {
            object.set(key, value);
        } else if (container instanceof ArrayNode array && step instanceof Integer index) {
            if (index < array.size()) {
                array.set(index, value);
            } else {
                array.add(value);
            }
        } else {
            throw new InvalidConfiguration(List.of(new Problem(
                    INVALID_VALUE,
                    setting.origin().text(),
                    setting.path().toString(),
                    "cannot be set, since the file has something else there")));
        }
    }

    private JsonNode substitute(JsonNode node, KeyPath path, Variables variables) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(field -> {
                if (!variables.leavesOut(field.getValue().textValue())) {
                    copy.set(field.getKey(), substitute(field.getValue(), path.key(field.getKey()), variables));
                }
            });
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                copy.add(substitute(array.get(i), path.index(i), variables));
            }
            return copy;
        }
        if (node instanceof TextNode text && text.textValue().contains("${")) {
            return substitute(text.textValue(), path, variables);
        }
        return node;
    }

    private JsonNode substitute(String text, KeyPath path, Variables variables) {
        Variables.Result result = variables.substitute(text);
        outside.add(path);
        if (result.malformed()) {
            unusable.put(
                    path,
                    new Complaint(
                            INVALID_VALUE,
                            "${ without a name and an end (expected: ${NAME} or ${NAME:-default}; $${ for a literal ${)"));
        } else if (!result.missing().isEmpty()) {
            String names = String.join(" and ", result.missing());
            unusable.put(
                    path,
                    new Complaint(
                            MISSING_VARIABLE, names + (result.missing().size() == 1 ? " is" : " are") + " not set"));
        } else if (result.origin() != null) {
            origins.put(path, result.origin());
        }
        return new TextNode(result.text());
    }

    private @Nullable Origin override(KeyPath path) {
        KeyPath at = path;
        while (true) {
            Origin origin = origins.get(at);
            if (origin != null || at.isRoot()) {
                return origin;
            }
            at = at.parent();
        }
    }
}
