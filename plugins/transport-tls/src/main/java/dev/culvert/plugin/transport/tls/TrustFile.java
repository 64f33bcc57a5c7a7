package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed. */
final class TrustFile {

    private TrustFile() {}

    /**
     * Trusts who is vouched for by the certificates of a file.
     *
     * @param authorities PEM; null for those that the system trusts
     */
    static X509ExtendedTrustManager load(@Nullable Path authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities == null ? null : store(authorities));
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Java has no X.509 trust manager"));
        } catch (IOException | GeneralSecurityException e) {
            if (authorities != null) {
                throw IdentityFiles.unusable(authorities, e);
            }
            throw new CulvertException(
                    ConfigError.FILE_UNREADABLE, "transport: the system's certificates: " + e.getMessage() + ".", e);
        }
    }

    private static KeyStore store(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate certificate : Pem.certificates(authorities)) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        return store;
    }
}
