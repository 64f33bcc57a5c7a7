package dev.culvert.engine.config;

import static dev.culvert.spi.ConfigError.INVALID_VALUE;
import static dev.culvert.spi.ConfigError.UNKNOWN_KEY;
import static dev.culvert.spi.ConfigError.UNKNOWN_TYPE;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.CreatorProperty;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.ClassUtil;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.Secret;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree beside the type it is for: expands short forms, and collects every key that nothing reads and every value
 * that does not fit, instead of stopping at the first as binding does. What is left can be bound.
 */
final class TreeChecker {

    private final Schema schema;
    private final ObjectMapper mapper;
    private final ConfigurationTree tree;
    private final Map<Class<?>, Shape> shapes;
    private final Findings findings;

    TreeChecker(ObjectMapper mapper, ConfigurationTree tree, List<Shape> shapes, Findings findings) {
        this.schema = new Schema(mapper);
        this.mapper = mapper;
        this.tree = tree;
        this.shapes = shapes.stream().collect(Collectors.toMap(Shape::type, shape -> shape));
        this.findings = findings;
    }

    /** The tree as it can be bound to a type; null if nothing of it can. */
    @Nullable
    JsonNode check(JsonNode node, JavaType type, Place place) {
        return check(node, type, schema.form(type), place);
    }

    private @Nullable JsonNode check(JsonNode node, JavaType type, Form form, Place place) {
        findings.bind(place);
        if (tree.unusable().containsKey(place.written()) && !node.isContainerNode()) {
            return drop(place);
        }
        Shape shape = shapes.get(type.getRawClass());
        JsonNode value = shape == null ? node : shape.rewrite().apply(node);
        if (form instanceof Form.ListOf list) {
            return list(value, list.element(), place);
        }
        if (form instanceof Form.MapOf map) {
            return map(value, map.value(), place);
        }
        if (form instanceof Form.Choice choice) {
            return choice(value, choice, place);
        }
        if (form instanceof Form.Table table) {
            if (value instanceof ObjectNode object) {
                return build(table, keys(object, table, place), place);
            }
            return table.isAlsoScalar()
                    ? scalar(value, new Form.Scalar(type, table.deserializer()), place)
                    : misfit(value, type, "a table", place);
        }
        return form instanceof Form.Scalar scalar ? scalar(value, scalar, place) : value;
    }

    private JsonNode list(JsonNode node, JavaType element, Place place) {
        ArrayNode checked = JsonNodeFactory.instance.arrayNode();
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                // A null keeps the positions of the others right.
                checked.add(check(array.get(i), element, place.below(i)));
            }
        } else if (node.isTextual() && tree.isFromOutside(place.written())) {
            List<String> parts = Arrays.stream(node.textValue().split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .toList();
            for (String part : parts) {
                checked.add(check(TextNode.valueOf(part), element, place.within(checked.size())));
            }
        } else {
            checked.add(check(node, element, place.within(0)));
        }
        return checked;
    }

    private @Nullable JsonNode map(JsonNode node, JavaType value, Place place) {
        if (!(node instanceof ObjectNode object)) {
            return misfit(node, value, "a table", place);
        }
        ObjectNode checked = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(field -> {
            JsonNode child = check(field.getValue(), value, place.below(field.getKey()));
            if (child != null) {
                checked.set(field.getKey(), child);
            }
        });
        return checked;
    }

    private @Nullable JsonNode choice(JsonNode node, Form.Choice choice, Place place) {
        String key = choice.types().getPropertyName();
        if (!node.isTextual() && !node.isObject()) {
            return misfit(node, choice.base(), "a name or a table with " + key, place);
        }
        ObjectNode object = node instanceof ObjectNode table
                ? table.deepCopy()
                : JsonNodeFactory.instance.objectNode().set(key, node);
        JsonNode written = object.remove(key);
        String name = written == null ? null : written.asText();
        Form form = schema.chosen(choice, name);
        if (form == null) {
            report(UNKNOWN_TYPE, name == null ? place : typePlace(node, key, place), unknownType(choice, name));
            return drop(place);
        }
        JsonNode checked;
        if (form instanceof Form.Table table) {
            checked = build(table, keys(object, table, withKnown(place, key)), place);
        } else {
            checked = form instanceof Form.Scalar scalar ? scalar(object, scalar, place) : object;
        }
        if (!(checked instanceof ObjectNode fields)) {
            return checked;
        }
        // The name goes first, so that binding need not buffer the rest to find it.
        ObjectNode named = JsonNodeFactory.instance.objectNode();
        if (name != null) {
            findings.bind(new Place(
                    place.bound().with(key), typePlace(node, key, place).written(), Set.of()));
            named.put(key, name);
        }
        return named.setAll(fields);
    }

    private static Place withKnown(Place place, String key) {
        Set<String> known = new HashSet<>(place.known());
        known.add(key);
        return new Place(place.bound(), place.written(), known);
    }

    private static Place typePlace(JsonNode node, String key, Place place) {
        return node.isObject() ? place.below(key) : place;
    }

    private String unknownType(Form.Choice choice, @Nullable String name) {
        Set<String> names = schema.names(choice).keySet();
        String known = names.isEmpty() ? "no plugin provides any" : "known: " + String.join(", ", names);
        if (name == null) {
            return "\"" + choice.types().getPropertyName() + "\" is missing (" + known + ")";
        }
        String jar = UsualPlugins.providing(choice.base().getRawClass(), name);
        String nearest = Nearest.to(name, names);
        String hint = jar != null
                ? "; " + jar + "-<version>.jar provides it, and is not in the plugins directory"
                : nearest != null ? "; did you mean \"" + nearest + "\"?" : "";
        return "unknown type \"" + name + "\" (" + known + hint + ")";
    }

    private ObjectNode keys(ObjectNode object, Form.Table table, Place place) {
        ObjectNode checked = JsonNodeFactory.instance.objectNode();
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(field -> {
            SettableBeanProperty property = table.properties().get(field.getKey());
            if (property != null) {
                JsonNode child =
                        check(field.getValue(), property.getType(), schema.form(property), place.below(field.getKey()));
                if (child != null) {
                    checked.set(field.getKey(), child);
                }
            } else {
                rest.set(field.getKey(), field.getValue());
            }
        });
        if (table.flattened() != null) {
            SettableBeanProperty property = table.flattened();
            Set<String> known = table.properties().keySet();
            JsonNode child =
                    check(rest, property.getType(), schema.form(property), place.sharing(property.getName(), known));
            if (child != null) {
                checked.set(property.getName(), child);
            }
        } else if (table.open()) {
            checked.setAll(rest);
        } else {
            rest.fieldNames().forEachRemaining(key -> unknownKey(key, table, place));
        }
        requirePrimitives(checked, table, place);
        return checked;
    }

    private void unknownKey(String key, Form.Table table, Place place) {
        Set<String> candidates = new TreeSet<>(table.properties().keySet());
        candidates.addAll(place.known());
        String nearest = Nearest.to(key, candidates);
        if (nearest != null) {
            findings.drop(place.below(nearest).bound()); // not missing: misspelt
        }
        report(
                UNKNOWN_KEY,
                place.below(key),
                nearest != null
                        ? "unknown key (did you mean \"" + nearest + "\"?)"
                        : "unknown key (known here: " + String.join(", ", candidates) + ")");
    }

    // An absent int of a record would silently be 0.
    private void requirePrimitives(ObjectNode checked, Form.Table table, Place place) {
        table.properties().forEach((key, property) -> {
            JavaType type = property.getType();
            if (!(property instanceof CreatorProperty) || !type.isPrimitive() || checked.has(key)) {
                return;
            }
            if (!findings.isDropped(place.below(key).bound())) {
                String expected = Expectation.of(type, mapper);
                report(INVALID_VALUE, place.below(key), "required (expected: " + expected + ")");
            }
            // The object is not going to be used; this only lets the rest of it be looked at.
            checked.set(key, mapper.valueToTree(ClassUtil.defaultValue(type.getRawClass())));
        });
    }

    // Made once here, so that what its constructor refuses is told with all the rest.
    private @Nullable JsonNode build(Form.Table table, ObjectNode keys, Place place) {
        if (place.bound().isRoot()) {
            return keys;
        }
        boolean complete = !findings.anyBelow(place.written());
        try {
            schema.read(table.deserializer(), keys);
            return keys;
        } catch (Exception e) {
            if (complete) { // else it may well fail for want of what was left out
                report(Failure.code(e), place, Failure.explain(e, "a table"));
            }
            return drop(place);
        }
    }

    private @Nullable JsonNode scalar(JsonNode node, Form.Scalar scalar, Place place) {
        try {
            schema.read(scalar.deserializer(), node);
            if (node.isTextual() && scalar.type().hasRawClass(Secret.class)) {
                findings.secret(place.written());
            }
            return node;
        } catch (Exception e) {
            String value = Expectation.show(node, scalar.type(), place.written());
            report(
                    Failure.code(e),
                    place,
                    Failure.explain(e, value + " (expected: " + Expectation.of(scalar.type(), mapper) + ")"));
            return drop(place);
        }
    }

    private @Nullable JsonNode misfit(JsonNode node, JavaType type, String expected, Place place) {
        report(INVALID_VALUE, place, Expectation.show(node, type, place.written()) + " (expected: " + expected + ")");
        return drop(place);
    }

    private @Nullable JsonNode drop(Place place) {
        findings.drop(place.bound());
        return null;
    }

    private void report(ErrorCode code, Place place, String message) {
        findings.add(code, place.written(), message);
    }
}
