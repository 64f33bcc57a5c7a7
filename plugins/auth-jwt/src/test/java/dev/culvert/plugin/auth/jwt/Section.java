package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.Secret;
import java.time.Duration;
import java.util.List;

/** Sections of a server's file, as tests need them. */
final class Section {

    private Section() {}

    static JwtAuthenticatorFactory withFile(String path) {
        return of(null, path, null, null, null, null);
    }

    static JwtAuthenticatorFactory withFile(String path, List<String> algorithms, RightsClaims rights) {
        return of(null, path, null, algorithms, rights, null);
    }

    static JwtAuthenticatorFactory withFile(String path, Duration lifetime) {
        return of(null, path, null, null, null, lifetime);
    }

    static JwtAuthenticatorFactory withUrl(String url) {
        return of(url, null, null, null, null, null);
    }

    static JwtAuthenticatorFactory withSecret(String secret, List<String> algorithms) {
        return of(null, null, Secret.of(secret), algorithms, null, null);
    }

    private static JwtAuthenticatorFactory of(
            String url, String file, Secret secret, List<String> algorithms, RightsClaims rights, Duration lifetime) {
        return new JwtAuthenticatorFactory(
                Issuer.NAME,
                List.of(Issuer.AUDIENCE),
                algorithms,
                url,
                file,
                secret,
                null,
                null,
                lifetime,
                null,
                null,
                null,
                null,
                rights);
    }
}
