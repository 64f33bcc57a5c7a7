package dev.culvert.plugin.auth.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files that are read as a whole, up to a bound. */
final class SmallFile {

    private SmallFile() {}

    static byte[] read(Path path, int most) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("more than " + most + " bytes");
            }
            return bytes;
        }
    }

    /** What went wrong, for people; without what the file contains. */
    static String why(Exception failure) {
        return failure instanceof NoSuchFileException ? "does not exist" : String.valueOf(failure.getMessage());
    }
}
