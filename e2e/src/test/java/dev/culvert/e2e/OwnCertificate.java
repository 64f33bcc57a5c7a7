package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key and a certificate for one name that vouches for itself, as a Java service has them. */
final class OwnCertificate {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;
    private final String host;
    private final KeyStore keys;

    private OwnCertificate(Path directory, String host, KeyStore keys) {
        this.directory = directory;
        this.host = host;
        this.keys = keys;
    }

    static OwnCertificate make(Path directory, String host) throws Exception {
        Path file = directory.resolve(host + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "service",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=service",
                        "-validity",
                        "2",
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return new OwnCertificate(directory, host, KeyStore.getInstance(file.toFile(), PASSWORD));
    }

    /** Has the certificate, and trusts it. */
    SSLContext context() throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, PASSWORD);
        known.setCertificateEntry("service", keys.getCertificate("service"));
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    /** The certificate in a file, for a key {@code ca}. */
    Path pem() throws Exception {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII))
                .encodeToString(keys.getCertificate("service").getEncoded());
        return Pair.write(
                directory, host + ".pem", "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n");
    }
}
