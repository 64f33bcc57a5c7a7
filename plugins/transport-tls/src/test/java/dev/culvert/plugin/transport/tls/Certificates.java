package dev.culvert.plugin.transport.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Certificates that another library made, as files. */
final class Certificates {

    private Certificates() {}

    static X509Bundle authority(String name) throws Exception {
        return valid("CN=" + name).setIsCertificateAuthority(true).buildSelfSigned();
    }

    static CertificateBuilder valid(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject(subject)
                .notBefore(now.minus(1, ChronoUnit.DAYS))
                .notAfter(now.plus(30, ChronoUnit.DAYS));
    }

    static X509Bundle server(X509Bundle authority, String name) throws Exception {
        return valid("CN=" + name)
                .addSanDnsName(name)
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(authority);
    }

    static X509Bundle client(X509Bundle authority, String name) throws Exception {
        return valid("CN=" + name)
                .addSanDnsName(name + ".example")
                .addExtendedKeyUsageClientAuth()
                .buildIssuedBy(authority);
    }

    static Path certificate(Path directory, String name, X509Bundle bundle) throws Exception {
        return Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM());
    }

    static Path key(Path directory, String name, X509Bundle bundle) throws Exception {
        return Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
    }
}
