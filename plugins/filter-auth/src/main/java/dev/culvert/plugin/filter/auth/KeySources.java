package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;

/** Where a section's keys come from. Asking one may block. */
final class KeySources {

    static final int MOST_BYTES = 64 * 1024;

    private static final int FETCH_MILLIS = 3000;

    private KeySources() {}

    /**
     * Which keys verify a token.
     *
     * @param algorithms those of the section; a token only chooses among them
     */
    static JWSKeySelector<SecurityContext> of(JwtFilterFactory section, Set<JWSAlgorithm> algorithms) {
        if (section.secret() != null) {
            SecretKeySpec key = new SecretKeySpec(section.secret().bytes(), "HMAC");
            return (header, context) -> algorithms.contains(header.getAlgorithm()) ? List.of(key) : List.of();
        }
        return new JWSVerificationKeySelector<>(algorithms, keySet(section));
    }

    private static JWKSource<SecurityContext> keySet(JwtFilterFactory section) {
        if (section.jwks() != null) {
            return new ImmutableJWKSet<>(parse("jwks", section.jwks()));
        }
        return section.jwksFile() != null
                ? new FileKeys(section.jwksFile())
                : fetched(url(requireNonNull(section.jwksUrl(), "jwksUrl")));
    }

    /** A URL to fetch keys from: whoever is between must not be able to change them. */
    static URL url(String text) {
        try {
            URI uri = URI.create(text);
            String host = uri.getHost();
            boolean here = "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
            if (host != null && ("https".equals(uri.getScheme()) || here && "http".equals(uri.getScheme()))) {
                return uri.toURL();
            }
        } catch (IllegalArgumentException | MalformedURLException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "jwks_url: \"" + text + "\" (expected: https://…, or http:// to this machine)");
    }

    /** The keys of a client's file, without what only the issuer should have. */
    static String publicKeys(Path file) {
        return parse("jwks_file", read(file)).toPublicJWKSet().toString(true);
    }

    static String read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "jwks_file: " + file + ": " + size + " bytes (expected: at most " + MOST_BYTES + ")");
            }
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("jwks_file: " + file + " (expected: a file with keys, RFC 7517)", e);
        }
    }

    static JWKSet parse(String key, String json) {
        try {
            return JWKSet.parse(json);
        } catch (ParseException e) {
            throw new IllegalArgumentException(key + ": expected: a JSON Web Key Set (RFC 7517)", e);
        }
    }

    // Five minutes old at most, or a day while the issuer cannot be reached; an unknown key makes it look again, but
    // not
    // more often than every half minute.
    private static JWKSource<SecurityContext> fetched(URL url) {
        return JWKSourceBuilder.create(url, new DefaultResourceRetriever(FETCH_MILLIS, FETCH_MILLIS, MOST_BYTES))
                .cache(TimeUnit.MINUTES.toMillis(5), TimeUnit.SECONDS.toMillis(10))
                .rateLimited(TimeUnit.SECONDS.toMillis(30))
                .retrying(true)
                .outageTolerant(TimeUnit.HOURS.toMillis(24))
                .build();
    }
}
