package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its key as files: two of PEM, or one of PKCS #12.
 *
 * @param certificate the chain, or the PKCS #12 file
 * @param key the key, or null for PKCS #12
 * @param password of the PKCS #12 file
 */
record IdentityFiles(
        Path certificate, @Nullable Path key, @Nullable Secret password) implements IdentitySource {

    @Override
    public Identity load() {
        Path reading = certificate;
        try {
            if (key == null) {
                return requireMatch(pkcs12());
            }
            List<X509Certificate> chain = Pem.certificates(certificate);
            reading = key;
            return requireMatch(new Identity(Pem.privateKey(key), chain));
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(reading, e);
        }
    }

    @Override
    public Object stamp() throws IOException {
        return FileStamp.of(key == null ? List.of(certificate) : List.of(certificate, key));
    }

    static CulvertException unusable(Path file, Exception cause) {
        String why = cause instanceof java.nio.file.NoSuchFileException ? "does not exist" : cause.getMessage();
        return new CulvertException(ConfigError.FILE_UNREADABLE, "transport: " + file + ": " + why + ".", cause);
    }

    private Identity pkcs12() throws IOException, GeneralSecurityException {
        char[] word = password == null ? new char[0] : password.reveal().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(certificate)) {
            store.load(in, word);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, word) instanceof PrivateKey secret) {
                    Certificate[] chain = store.getCertificateChain(alias);
                    return new Identity(
                            secret,
                            Arrays.stream(chain)
                                    .map(X509Certificate.class::cast)
                                    .toList());
                }
            }
        } finally {
            Arrays.fill(word, ' ');
        }
        throw new GeneralSecurityException("no private key in it");
    }

    // While a certificate is renewed there is a moment in which one file is new and the other is not.
    private static Identity requireMatch(Identity identity) throws GeneralSecurityException {
        String algorithm = switch (identity.key().getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> identity.key().getAlgorithm();
        };
        PublicKey open = identity.leaf().getPublicKey();
        byte[] anything = new byte[32];
        new SecureRandom().nextBytes(anything);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(identity.key());
        signature.update(anything);
        byte[] signed = signature.sign();
        boolean matches;
        try {
            signature.initVerify(open);
            signature.update(anything);
            matches = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            matches = false;
        }
        if (!matches) {
            throw new GeneralSecurityException("the key is not the certificate's");
        }
        return identity;
    }
}
