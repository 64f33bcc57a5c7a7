package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import dev.culvert.spi.Secret;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A secret that the issuer shares with this server, for HS256 and its sisters; whatever a token calls its key. */
final class SharedKey implements KeySource {

    /** RFC 7518, section 3.2: as long as the hash. */
    static final int LEAST_BYTES = 32;

    private final List<JWK> keys;

    SharedKey(Secret secret) {
        keys = List.of(new OctetSequenceKey.Builder(secret.bytes()).build());
    }

    @Override
    public CompletionStage<List<JWK>> find(@Nullable String keyId) {
        return CompletableFuture.completedStage(keys);
    }
}
