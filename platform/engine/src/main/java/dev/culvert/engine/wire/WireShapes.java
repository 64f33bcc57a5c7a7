package dev.culvert.engine.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.engine.config.Shape;

/** How wires are written in a file: what may be left out, and the short forms of {@code transport}. */
public final class WireShapes {

    private static final String LAYERS = "layers";
    private static final String SERVER = "server";

    private WireShapes() {}

    /** A name, a table, or a list of layers from the wire inwards, where one alternative is meant. */
    public static Shape alternative() {
        return new Shape(TransportAlternative.class, WireShapes::alternative);
    }

    /**
     * A section that says how a connection is made, with what is usual where it says nothing.
     *
     * @param type the record of that section
     */
    public static Shape section(Class<?> type) {
        return new Shape(type, WireShapes::withDefaults);
    }

    private static JsonNode alternative(JsonNode written) {
        ObjectNode alternative = JsonNodeFactory.instance.objectNode();
        if (written.has(LAYERS)) {
            return written;
        }
        ArrayNode layers = alternative.putArray(LAYERS);
        if (written instanceof ArrayNode several) {
            layers.addAll(several.deepCopy());
        } else {
            layers.add(written.deepCopy());
        }
        // The address of an alternative stands in its outermost layer.
        if (layers.get(0) instanceof ObjectNode outermost && outermost.has(SERVER)) {
            alternative.set(SERVER, outermost.remove(SERVER));
        }
        return alternative;
    }

    private static JsonNode withDefaults(JsonNode written) {
        if (!(written instanceof ObjectNode table)) {
            return written;
        }
        ObjectNode section = table.deepCopy();
        if (!section.has("link")) {
            putIfAbsent(section, "transport", "tls");
            putIfAbsent(section, "multiplexer", "yamux");
        }
        putIfAbsent(section, "dialect", "culvert");
        return section;
    }

    private static void putIfAbsent(ObjectNode section, String key, String name) {
        if (!section.has(key)) {
            section.put(key, name);
        }
    }
}
