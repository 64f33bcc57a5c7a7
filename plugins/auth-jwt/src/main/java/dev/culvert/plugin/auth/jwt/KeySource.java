package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the keys of an issuer are. Thread-safe; never blocks. */
interface KeySource {

    /**
     * The keys that may have signed a token.
     *
     * @param keyId what the token calls its key, or null
     * @return empty if there is none; fails with a {@link dev.culvert.spi.CulvertException} if that cannot be told
     */
    CompletionStage<List<JWK>> find(@Nullable String keyId);

    /** Looks after the keys. Called every second, by one thread at a time that may block for a file. */
    default void look() {}
}
