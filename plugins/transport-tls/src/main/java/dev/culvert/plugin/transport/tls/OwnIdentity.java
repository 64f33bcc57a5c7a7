package dev.culvert.plugin.transport.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The identity of a server that was given none: a key, made once and kept in the data directory, which is what clients
 * pin. Its certificates are short-lived and made anew, since nobody looks at them.
 */
final class OwnIdentity implements IdentitySource {

    private static final String FILE = "tls-identity.pem";
    private static final String NAME = "culvert";
    private static final Duration RENEWED_AFTER = SelfSigned.LIFETIME.dividedBy(2);

    private final Path file;
    private Instant madeAt = Instant.MIN;

    OwnIdentity(Path dataDirectory) {
        file = dataDirectory.resolve(FILE);
    }

    @Override
    public Identity load() {
        try {
            if (!Files.exists(file)) {
                create();
            }
            Instant now = Instant.now();
            KeyPair pair = read();
            X509Certificate certificate = SelfSigned.of(pair, NAME, now);
            madeAt = now;
            return new Identity(pair.getPrivate(), List.of(certificate));
        } catch (IOException | GeneralSecurityException e) {
            throw new CulvertException(
                    ConfigError.FILE_UNREADABLE, file + ": this server's key cannot be read or made (" + e + ").", e);
        }
    }

    /** Changes when it is time for another certificate. */
    @Override
    public Object stamp() {
        return Duration.between(madeAt, Instant.now()).compareTo(RENEWED_AFTER) > 0;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private KeyPair read() throws IOException, GeneralSecurityException {
        PrivateKey secret = null;
        PublicKey open = null;
        for (Pem block : Pem.read(file)) {
            if (block.label().equals(Pem.PRIVATE_KEY)) {
                secret = Pem.privateKey(block.der());
            } else if (block.label().equals(Pem.PUBLIC_KEY)) {
                open = Pem.ecPublicKey(block.der());
            }
        }
        if (secret == null || open == null) {
            throw new GeneralSecurityException("expected: a private and a public key, as Culvert wrote them");
        }
        return new KeyPair(open, secret);
    }

    private void create() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        String text = new Pem(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()).toString()
                + new Pem(Pem.PUBLIC_KEY, pair.getPublic().getEncoded());
        Path directory = Files.createDirectories(file.toAbsolutePath().getParent());
        // Readable by its owner only; written aside, so that nobody reads half of it.
        Path aside = Files.createTempFile(directory, FILE, ".new");
        try {
            Files.write(aside, text.getBytes(US_ASCII));
            publish(aside);
        } catch (FileAlreadyExistsException e) {
            // Another process was faster; its key is as good, and the only one.
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    // A link fails where the name is taken, while a move would replace a key that somebody uses already.
    private void publish(Path aside) throws IOException {
        try {
            Files.createLink(file, aside);
        } catch (UnsupportedOperationException e) {
            Files.move(aside, file);
        }
    }
}
