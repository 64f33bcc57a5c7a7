package dev.culvert.plugin.filter.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys of a file, read again when they have changed; what cannot be read leaves those of before. */
final class FileKeys implements JWKSource<SecurityContext> {

    private static final Logger log = LoggerFactory.getLogger(FileKeys.class);

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private String text;
    private JWKSet keys;
    private long looked = System.nanoTime();

    FileKeys(Path file) {
        this.file = file;
        text = KeySources.read(file);
        keys = KeySources.parse("jwks_file", text);
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
        return selector.select(current());
    }

    private synchronized JWKSet current() {
        if (System.nanoTime() - looked < LOOK_NANOS) {
            return keys;
        }
        looked = System.nanoTime();
        try {
            String now = KeySources.read(file);
            if (!now.equals(text)) {
                text = now;
                keys = KeySources.parse("jwks_file", now);
                log.atInfo().addKeyValue("file", file).log("keys read again");
            }
        } catch (IllegalArgumentException e) {
            log.atWarn().addKeyValue("file", file).log("changed keys not taken: {}", e.getMessage());
        }
        return keys;
    }
}
