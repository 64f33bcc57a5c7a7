package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What is spoken: versions, suites and the protocols of ALPN (RFC 7301).
 *
 * @param provider whose TLS
 * @param minVersion the oldest version, {@code 1.2} or {@code 1.3}
 * @param alpn the protocols, the best first
 */
record Suites(SslProvider provider, String minVersion, List<String> alpn) {

    // With authenticated encryption and forward secrecy only. The first three are TLS 1.3's.
    private static final List<String> AEAD = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final String[] GROUPS = {"X25519", "P-256", "P-384"};

    private static final int OF_TLS_1_3 = 3;

    private static final String NO_NAME_CHECK = "";
    private static final String NAME_CHECK = "HTTPS";

    TlsContext server(Identity identity, @Nullable TrustManager clients, ClientAuth clientAuth) {
        SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chainArray())
                .clientAuth(clientAuth)
                .sessionTimeout(Resumption.TOO_LONG_FOR_TICKETS)
                .sessionCacheSize(1);
        if (clients != null) {
            builder.trustManager(clients);
        }
        return build(builder, identity);
    }

    TlsContext client(@Nullable Identity identity, TrustManager servers, boolean checksName) {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(servers)
                .endpointIdentificationAlgorithm(checksName ? NAME_CHECK : NO_NAME_CHECK);
        if (identity != null) {
            builder.keyManager(identity.key(), identity.chainArray());
        }
        return build(builder, identity);
    }

    private TlsContext build(SslContextBuilder builder, @Nullable Identity identity) {
        boolean both = minVersion.equals("1.2");
        builder.sslProvider(provider)
                .protocols(both ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3"))
                .ciphers(both ? AEAD : AEAD.subList(0, OF_TLS_1_3), SupportedCipherSuiteFilter.INSTANCE);
        if (provider != SslProvider.JDK) {
            builder.option(OpenSslContextOption.GROUPS, GROUPS.clone()); // Java's are the process's own affair
        }
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    alpn));
        }
        try {
            TlsContext context = new TlsContext(builder.build(), identity);
            Resumption.disable(context.ssl());
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE, "transport: certificate or key cannot be used (" + e + ").", e);
        }
    }
}
