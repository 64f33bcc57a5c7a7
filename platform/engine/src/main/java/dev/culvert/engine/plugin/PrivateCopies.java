package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A directory that only this user can write to, with the very bytes that were checked. Gone when the process ends; what
 * a killed process left is removed by the next one.
 */
final class PrivateCopies {

    private static final String PREFIX = "culvert-plugins-";

    private final Path directory;

    /** Tells the next process that this one lives. */
    private final FileLock lock;

    private PrivateCopies(Path directory, FileLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    static PrivateCopies create() {
        try {
            Path directory = Files.createTempDirectory(PREFIX);
            removeOrphans(directory);
            FileLock lock = FileChannel.open(lockOf(directory), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .lock();
            PrivateCopies copies = new PrivateCopies(directory, lock);
            // The hook also keeps the lock from being collected, which would give it back.
            Runtime.getRuntime().addShutdownHook(new Thread(copies::remove, "remove-plugin-copies"));
            return copies;
        } catch (IOException e) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED,
                    "No temporary directory for plugins under " + System.getProperty("java.io.tmpdir") + ".",
                    e);
        }
    }

    /** Writes a jar down, under its own name so that stack traces and tools show it. */
    Path add(JarBytes jar) {
        try {
            Path own = Files.createDirectories(directory.resolve(jar.sha256()));
            Path copy = own.resolve(jar.path().getFileName());
            // Twice the same jar is for the loader to refuse, by the names of both.
            return Files.exists(copy) ? copy : Files.write(copy, jar.bytes(), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new CulvertException(PLUGIN_NOT_LOADED, jar.path() + " cannot be copied to " + directory + ".", e);
        }
    }

    private void remove() {
        remove(directory);
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            // The process ends anyway.
        }
    }

    private static Path lockOf(Path directory) {
        return directory.resolve("lock");
    }

    private static void removeOrphans(Path own) throws IOException {
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(own.resolveSibling(""), PREFIX + "*")) {
            for (Path sibling : siblings) {
                if (!sibling.equals(own) && isOrphan(sibling)) {
                    remove(sibling);
                }
            }
        }
    }

    private static boolean isOrphan(Path directory) throws IOException {
        Path lock = lockOf(directory);
        if (Files.isSymbolicLink(directory)
                || !Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)
                || !Files.isWritable(lock)) {
            return false; // another user's, or just being made
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has several
        } catch (IOException e) {
            return false; // gone in the meantime
        }
    }

    private static void remove(Path directory) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    remove(child);
                } else {
                    Files.deleteIfExists(child);
                }
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // What cannot be removed now is removed by the next process.
        }
    }
}
