package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keys as files and people have them: base64 of 32 bytes. */
final class Keys {

    /** 32 bytes of base64. */
    static final String FORM = "[A-Za-z0-9+/]{43}=";

    static final String EXPECTED = "expected: base64 of 32 bytes, 44 characters";

    private static final String FILE = "noise.key";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private Keys() {}

    static String text(byte[] key) {
        return Base64.getEncoder().encodeToString(key);
    }

    /** A public key that validation has let through. */
    static byte[] bytes(String text) {
        return Base64.getDecoder().decode(text);
    }

    /** A secret, of which the failure says no more than its name. */
    static byte[] bytes(String name, Secret secret) {
        String text = secret.reveal();
        if (!text.matches(FORM)) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE, name + ": " + text.length() + " characters (" + EXPECTED + ").");
        }
        return Base64.getDecoder().decode(text);
    }

    /** The key that is written in the file, or the one in the data directory, which is made at the first start. */
    static KeyPair25519 ownStatic(@Nullable Secret written, PluginContext context) {
        if (written != null) {
            return KeyPair25519.of(bytes("private_key", written));
        }
        Path file = context.dataDirectory().resolve(FILE);
        try {
            if (!Files.exists(file)) {
                create(file, text(KeyPair25519.randomKey()));
            }
            if (isPosix(file) && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                context.warn(file + " can be read by other users of this machine; chmod 600 it.");
            }
        } catch (IOException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, file + " cannot be read or written.", e);
        }
        return KeyPair25519.of(bytes(file.toString(), stored(file)));
    }

    private static Secret stored(Path file) {
        try {
            return Secret.fromFile(file);
        } catch (IllegalArgumentException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, e.getMessage() + ".", e);
        }
    }

    // Written aside and moved into place without replacing, so that nobody reads half a key and nobody loses one.
    private static void create(Path file, String line) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Path aside = isPosix(file)
                ? Files.createTempFile(directory, FILE, ".new", ownerOnly())
                : Files.createTempFile(directory, FILE, ".new");
        try {
            Files.writeString(aside, line + "\n");
            Files.createLink(file, aside);
        } catch (FileAlreadyExistsException e) {
            // Another process was faster, which is as good.
        } catch (UnsupportedOperationException e) {
            Files.move(aside, file);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private static FileAttribute<?> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
