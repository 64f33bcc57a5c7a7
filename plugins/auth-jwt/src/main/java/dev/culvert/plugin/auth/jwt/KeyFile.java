package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.jwk.JWK;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An issuer's keys in a file, read again when it changes; one that cannot be used leaves the keys of before. */
final class KeyFile implements KeySource {

    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);

    private final Path path;
    private final SignatureFamily family;
    private byte[] text;
    private volatile KeySet keys;

    /**
     * Reads the keys.
     *
     * @throws CulvertException if they cannot be read
     */
    KeyFile(Path path, SignatureFamily family) {
        this.path = path;
        this.family = family;
        try {
            text = SmallFile.read(path, KeySet.MOST_BYTES);
            keys = parsed(text);
        } catch (IOException | ParseException e) {
            throw new CulvertException(
                    ConfigError.FILE_UNREADABLE, "auth.jwks_file: " + path + ": " + SmallFile.why(e) + ".", e);
        }
    }

    @Override
    public CompletionStage<List<JWK>> find(@Nullable String keyId) {
        return CompletableFuture.completedStage(keys.find(keyId));
    }

    @Override
    public synchronized void look() {
        byte[] now = text;
        try {
            now = SmallFile.read(path, KeySet.MOST_BYTES);
            if (Arrays.equals(now, text)) {
                return;
            }
            keys = parsed(now);
            log.atInfo().addKeyValue("file", path).log("keys read again");
        } catch (IOException | ParseException e) {
            if (!Arrays.equals(now, text)) { // said once for each content
                log.atWarn()
                        .addKeyValue("file", path)
                        .log("changed keys not taken, the ones of before stay good: {}", SmallFile.why(e));
            }
        }
        text = now;
    }

    private KeySet parsed(byte[] json) throws ParseException {
        return KeySet.parse(new String(json, UTF_8), family);
    }
}
