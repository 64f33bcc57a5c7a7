package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file of tokens, one {@link TokenLine} each; empty lines and those that begin with {@code #} are passed over. */
record TokenFile(Path path) {

    /** Reads all tokens; a file that is not there has none. */
    Map<String, TokenGrant> read() {
        List<String> lines;
        try {
            lines = Files.readAllLines(path, UTF_8);
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException e) {
            throw PrivateFiles.unreadable(path, e);
        }
        Map<String, TokenGrant> grants = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                add(grants, line, i + 1);
            }
        }
        return grants;
    }

    private void add(Map<String, TokenGrant> grants, String line, int number) {
        try {
            TokenGrant grant = TokenLine.parse(line).grant();
            if (grants.putIfAbsent(grant.name(), grant) != null) {
                throw new IllegalArgumentException("a second token \"" + grant.name() + "\" (expected: one of a name)");
            }
        } catch (IllegalArgumentException e) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE, path + ", line " + number + ": " + e.getMessage() + ".", e);
        }
    }

    boolean exists() {
        return Files.exists(path);
    }

    /** What changes whenever the file does. */
    Object stamp() throws IOException {
        try {
            BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
            return List.of(is.lastModifiedTime(), is.size(), String.valueOf(is.fileKey()));
        } catch (NoSuchFileException e) {
            return "absent";
        }
    }
}
