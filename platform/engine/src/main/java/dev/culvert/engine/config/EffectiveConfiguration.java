package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that a configuration comes to: with defaults, without secrets, each value with its origin. */
public final class EffectiveConfiguration {

    private final Object value;
    private final ObjectMapper mapper;
    private final ConfigurationTree tree;
    private final Findings findings;

    EffectiveConfiguration(Object value, ObjectMapper mapper, ConfigurationTree tree, Findings findings) {
        this.value = value;
        this.mapper = mapper;
        this.tree = tree;
        this.findings = findings;
    }

    /** As TOML that can be loaded again, except for the secrets: each line ends with where its value came from. */
    public String render() {
        Shown shown = new Shown(new Schema(mapper));
        ObjectNode root = shown.table(mapper.valueToTree(value), value.getClass());
        return new TomlWriter(path -> origin(shown.bound(path)).text()).write(root);
    }

    /**
     * Keys of the file's top whose values are written differently in another configuration.
     *
     * @param other the same program's
     * @param keys those to look at
     */
    public List<String> differences(EffectiveConfiguration other, Collection<String> keys) {
        return keys.stream()
                .filter(key -> !tree.root().path(key).equals(other.tree.root().path(key)))
                .toList();
    }

    private Origin origin(KeyPath bound) {
        KeyPath written = findings.written(bound);
        Origin origin = tree.at(written).isMissingNode() ? null : tree.origin(written);
        return origin == null ? Origin.DEFAULT : origin;
    }

    /** The object as a file would have it: what is no key is left out, what shares a table is put there. */
    private static final class Shown {

        private final Schema schema;
        private final Map<KeyPath, KeyPath> bound = new HashMap<>();

        Shown(Schema schema) {
            this.schema = schema;
        }

        /** Which part of the object is shown at a path. */
        KeyPath bound(KeyPath shown) {
            return bound.getOrDefault(shown, shown);
        }

        ObjectNode table(JsonNode node, Class<?> type) {
            return object(node, schema.form(schema.type(type)), KeyPath.ROOT, KeyPath.ROOT);
        }

        private JsonNode show(JsonNode node, Form form, KeyPath at, KeyPath shownAt) {
            bound.put(shownAt, at);
            if (form instanceof Form.ListOf list && node instanceof ArrayNode array) {
                ArrayNode shown = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < array.size(); i++) {
                    shown.add(show(array.get(i), schema.form(list.element()), at.index(i), shownAt.index(i)));
                }
                return shown;
            }
            if (form instanceof Form.MapOf map && node instanceof ObjectNode object) {
                ObjectNode shown = JsonNodeFactory.instance.objectNode();
                for (Map.Entry<String, JsonNode> field : object.properties()) {
                    String key = field.getKey();
                    shown.set(key, show(field.getValue(), schema.form(map.value()), at.key(key), shownAt.key(key)));
                }
                return shown;
            }
            if (node.isObject() && (form instanceof Form.Choice || form instanceof Form.Table)) {
                ObjectNode shown = object(node, form, at, shownAt);
                boolean bare = form instanceof Form.Choice choice
                        && shown.size() == 1
                        && shown.has(choice.types().getPropertyName());
                return bare ? shown.elements().next() : shown;
            }
            return node.isTextual() && Secrecy.isSecret(at) ? TextNode.valueOf(Secrecy.MASK) : node;
        }

        private ObjectNode object(JsonNode node, Form form, KeyPath at, KeyPath shownAt) {
            ObjectNode shown = JsonNodeFactory.instance.objectNode();
            Form keys = form;
            if (form instanceof Form.Choice choice) {
                String key = choice.types().getPropertyName();
                JsonNode name = node.get(key);
                keys = schema.chosen(choice, name == null ? null : name.asText());
                if (name != null) {
                    shown.set(key, name);
                    bound.put(shownAt.key(key), at.key(key));
                }
            }
            if (keys instanceof Form.Table table) {
                keys(node, table, at, shownAt, shown);
            }
            return shown;
        }

        private void keys(JsonNode node, Form.Table table, KeyPath at, KeyPath shownAt, ObjectNode shown) {
            SettableBeanProperty flattened = table.flattened();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                String key = field.getKey();
                SettableBeanProperty property = table.properties().get(key);
                if (property != null) {
                    shown.set(key, show(field.getValue(), schema.form(property), at.key(key), shownAt.key(key)));
                } else if (flattened != null && key.equals(flattened.getName())) {
                    shown.setAll(object(field.getValue(), schema.form(flattened), at.key(key), shownAt));
                }
            }
        }
    }
}
