package dev.culvert.engine.config;

import static dev.culvert.spi.ConfigError.FILE_UNREADABLE;
import static dev.culvert.spi.ConfigError.SYNTAX;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A file, parsed. Jackson's TOML forgets where a value stood, so the text is parsed a second time, by tomlj, when
 * somebody wants to know.
 */
public final class TomlDocument {

    private final String name;
    private final String text;
    private final ObjectNode root;
    private @Nullable TomlParseResult positions;

    private TomlDocument(String name, String text, ObjectNode root) {
        this.name = name;
        this.text = text;
        this.root = root;
    }

    static TomlDocument empty() {
        return new TomlDocument("", "", JsonNodeFactory.instance.objectNode());
    }

    static TomlDocument read(Path file) {
        return parse(file.toString(), text(file));
    }

    /**
     * A file's text.
     *
     * @param file in UTF-8
     * @throws InvalidConfiguration if it cannot be read
     */
    public static String text(Path file) {
        try {
            return Files.readString(file).replaceFirst("^\uFEFF", ""); // Windows editors
        } catch (NoSuchFileException e) {
            throw unreadable(file, "does not exist");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "is not UTF-8");
        } catch (IOException e) {
            throw unreadable(file, Files.isDirectory(file) ? "is a directory" : "cannot be read (" + e + ")");
        }
    }

    /**
     * Reads TOML.
     *
     * @param name what messages call it
     * @param text the document
     * @throws InvalidConfiguration if it is not TOML, with the place
     */
    public static TomlDocument parse(String name, String text) {
        try {
            JsonNode tree = new TomlMapper().readTree(text);
            return new TomlDocument(
                    name, text, tree instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode());
        } catch (JsonProcessingException e) {
            throw new InvalidConfiguration(List.of(syntaxError(name, text, e)));
        }
    }

    /** What it says; may be changed. */
    public ObjectNode root() {
        return root;
    }

    /** Whether it is a file with that permission. */
    boolean isReadableByOthers() {
        try {
            return Files.getPosixFilePermissions(Path.of(name)).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException | InvalidPathException e) {
            return false;
        }
    }

    /** Where a value stands, or the nearest of the tables around it; null in an empty document or for its root. */
    @Nullable
    Origin origin(KeyPath path) {
        KeyPath at = path;
        while (!at.isRoot()) {
            TomlPosition position = position(at);
            if (position != null) {
                return Origin.line(name, position.line());
            }
            at = at.parent();
        }
        return name.isEmpty() ? null : new Origin(name, 0);
    }

    private @Nullable TomlPosition position(KeyPath path) {
        if (positions == null) {
            positions = Toml.parse(text);
        }
        Object container = positions;
        for (Object step : path.parent().steps()) {
            container = child(container, step);
        }
        Object last = path.last();
        if (container instanceof TomlTable table && last instanceof String key) {
            return table.contains(List.of(key)) ? table.inputPositionOf(List.of(key)) : null;
        }
        if (container instanceof TomlArray array && last instanceof Integer index) {
            return index < array.size() ? array.inputPositionOf(index) : null;
        }
        return null;
    }

    private static @Nullable Object child(@Nullable Object container, Object step) {
        if (container instanceof TomlTable table && step instanceof String key) {
            return table.get(List.of(key));
        }
        if (container instanceof TomlArray array && step instanceof Integer index) {
            return index < array.size() ? array.get(index) : null;
        }
        return null;
    }

    private static Problem syntaxError(String name, String text, JsonProcessingException e) {
        List<TomlParseError> errors = Toml.parse(text).errors();
        if (!errors.isEmpty()) {
            TomlPosition position = errors.get(0).position();
            return new Problem(
                    SYNTAX,
                    name + ":" + position.line() + ":" + position.column(),
                    "",
                    String.valueOf(errors.get(0).getMessage()));
        }
        JsonLocation at = e.getLocation();
        return new Problem(
                SYNTAX,
                at == null ? name : name + ":" + at.getLineNr() + ":" + at.getColumnNr(),
                "",
                e.getOriginalMessage());
    }

    private static InvalidConfiguration unreadable(Path file, String why) {
        return new InvalidConfiguration(List.of(new Problem(FILE_UNREADABLE, file.toString(), "", why)));
    }
}
