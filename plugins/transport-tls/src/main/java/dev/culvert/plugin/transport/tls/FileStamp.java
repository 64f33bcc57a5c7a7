package dev.culvert.plugin.transport.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** What changes when a file does. */
final class FileStamp {

    private FileStamp() {}

    static List<Object> of(List<Path> files) throws IOException {
        List<Object> stamp = new ArrayList<>();
        for (Path file : files) {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            stamp.add(attributes.lastModifiedTime());
            stamp.add(attributes.size());
            stamp.add(String.valueOf(attributes.fileKey())); // another file moved into its place
        }
        return stamp;
    }
}
