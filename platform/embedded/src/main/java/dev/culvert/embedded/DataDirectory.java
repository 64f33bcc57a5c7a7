package dev.culvert.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where plugins keep files if nobody says where. */
final class DataDirectory {

    private DataDirectory() {}

    static Path temporary() {
        try {
            Path directory = Files.createTempDirectory("culvert");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
