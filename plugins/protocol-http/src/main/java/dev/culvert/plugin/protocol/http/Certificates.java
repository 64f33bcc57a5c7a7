package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HttpError;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificates of a listener, by the names they are for; read again when their files change. Thread-safe. */
final class Certificates {

    private static final Logger log = LoggerFactory.getLogger(Certificates.class);
    private static final int DNS_NAME = 2;

    private final List<TlsSection.Pair> files;
    private volatile Map<String, SslContext> byName;
    private volatile List<String> stamps;

    private Certificates(List<TlsSection.Pair> files) {
        this.files = files;
        this.stamps = stamps(files);
        this.byName = read(files);
    }

    /** Reads files; throws {@link HttpError#CERTIFICATE_UNUSABLE}, naming the file. */
    static Certificates of(TlsSection section) {
        return new Certificates(section.certificates());
    }

    /** What a visitor that asks for a name is shown: the certificate of that name, else of the narrowest wildcard. */
    @Nullable
    SslContext find(String host) {
        Map<String, SslContext> all = byName;
        SslContext own = all.get(host);
        int dot = host.indexOf('.');
        // A wildcard of a certificate is for one label, RFC 9525, section 6.3.
        return own != null || dot < 0 ? own : all.get("*" + host.substring(dot));
    }

    /** Looks whether the files have changed. What cannot be read leaves what was there. May block. */
    void refresh() {
        List<String> now = stamps(files);
        if (now.equals(stamps)) {
            return;
        }
        stamps = now;
        try {
            byName = read(files);
            log.info("certificates read again names={}", byName.keySet());
        } catch (CulvertException e) {
            log.warn("{} The certificates from before are used.", e.getMessage());
        }
    }

    private static Map<String, SslContext> read(List<TlsSection.Pair> files) {
        Map<String, SslContext> all = new HashMap<>();
        for (TlsSection.Pair pair : files) {
            try {
                SslContext context = context(pair);
                names(pair).forEach(name -> all.putIfAbsent(name, context));
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                throw new CulvertException(
                        HttpError.CERTIFICATE_UNUSABLE,
                        "certificate " + pair.certificate() + ", key " + pair.key() + ": " + e.getMessage() + ".",
                        e);
            }
        }
        return Map.copyOf(all);
    }

    private static SslContext context(TlsSection.Pair pair) throws IOException {
        return SslContextBuilder.forServer(
                        Path.of(pair.certificate()).toFile(),
                        Path.of(pair.key()).toFile())
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    private static List<String> names(TlsSection.Pair pair) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(Path.of(pair.certificate()))) {
            X509Certificate own = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .iterator()
                    .next();
            Collection<List<?>> alternatives = own.getSubjectAlternativeNames();
            List<String> names = new ArrayList<>();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0).equals(DNS_NAME)) {
                    names.add(HostName.parse((String) alternative.get(1)).value());
                }
            }
            if (names.isEmpty()) {
                throw new IllegalArgumentException("it is for no DNS name");
            }
            return names;
        }
    }

    private static List<String> stamps(List<TlsSection.Pair> files) {
        List<String> all = new ArrayList<>();
        for (TlsSection.Pair pair : files) {
            all.add(stamp(pair.certificate()));
            all.add(stamp(pair.key()));
        }
        return all;
    }

    private static String stamp(String file) {
        try {
            Path path = Path.of(file);
            return Files.getLastModifiedTime(path) + " " + Files.size(path);
        } catch (IOException e) {
            return "unreadable";
        }
    }
}
