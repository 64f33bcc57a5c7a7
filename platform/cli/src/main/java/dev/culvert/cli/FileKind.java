package dev.culvert.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Whose file a file is. */
enum FileKind {
    SERVER,
    CLIENT;

    // A server's file has a table of this name, or none; a client's has the server's address.
    private static final Pattern ADDRESS = Pattern.compile("(?m)^\\s*server\\s*=\\s*(?:\\[\\s*)?[\"']");
    private static final Pattern LISTEN = Pattern.compile("(?m)^\\s*\\[+\\s*listen\\s*\\]+");

    static FileKind of(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return ADDRESS.matcher(text).find() && !LISTEN.matcher(text).find() ? CLIENT : SERVER;
        } catch (IOException e) {
            // Whoever reads it next says what is wrong with it.
            return SERVER;
        }
    }
}
