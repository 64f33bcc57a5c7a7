package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that nobody but this user may read. */
final class PrivateFiles {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private PrivateFiles() {}

    /** Reads random bytes that stay the same from the first call on. */
    static byte[] key(Path file, int bytes) {
        try {
            if (!Files.exists(file)) {
                create(file, Scram.random(bytes));
            }
            byte[] key = Files.readAllBytes(file);
            if (key.length != bytes) {
                throw new CulvertException(
                        ConfigError.FILE_UNREADABLE,
                        file + " has " + key.length + " bytes (expected: " + bytes + ", or no file).");
            }
            return key;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Adds a line to a file, which is made if there is none. */
    static void append(Path file, String line) {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.<OpenOption>of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                ownerOnly(file))) {
            channel.lock(); // released with the channel; two commands may run at once
            long size = channel.size();
            boolean joined = size > 0 && lastByte(channel, size) != '\n';
            ByteBuffer bytes = UTF_8.encode((joined ? "\n" : "") + line + "\n");
            for (long at = size; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Whether others may read or write a file that should be private. */
    static boolean isOpenToOthers(Path file) throws IOException {
        return isPosix(file) && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains);
    }

    static CulvertException unreadable(Path file, IOException cause) {
        String why = cause instanceof NoSuchFileException ? "does not exist" : "cannot be read or written";
        return new CulvertException(ConfigError.FILE_UNREADABLE, file + " " + why + ".", cause);
    }

    // Written aside and moved into place, so that nobody reads half a key.
    private static void create(Path file, byte[] bytes) throws IOException {
        Path aside = Files.createTempFile(
                file.toAbsolutePath().getParent(), file.getFileName().toString(), ".new");
        try {
            Files.write(aside, bytes);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            // Another process was faster, which is as good.
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private static int lastByte(FileChannel channel, long size) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.read(last, size - 1);
        return last.get(0);
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
