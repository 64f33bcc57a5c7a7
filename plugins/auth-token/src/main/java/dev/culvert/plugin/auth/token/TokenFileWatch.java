package dev.culvert.plugin.auth.token;

import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that a token file has changed. Used by one thread at a time. */
final class TokenFileWatch {

    private static final Logger log = LoggerFactory.getLogger(TokenFileWatch.class);

    private final TokenFile file;
    private final Consumer<Map<String, TokenGrant>> changed;

    private @Nullable Object loaded;
    private @Nullable Object seen;
    private @Nullable String complaint;

    /**
     * Watches a file.
     *
     * @param changed told of all of its tokens, whenever they are others; may refuse them with a
     *     {@link CulvertException}
     */
    TokenFileWatch(TokenFile file, Consumer<Map<String, TokenGrant>> changed) {
        this.file = file;
        this.changed = changed;
    }

    /** Reads the file for the first time; what is wrong with it is the caller's to report. */
    void load() {
        try {
            loaded = file.stamp(); // before reading: a change in between is then found at the next look
        } catch (IOException e) {
            throw PrivateFiles.unreadable(file.path(), e);
        }
        changed.accept(file.read());
    }

    /** Looks whether the file has changed. If it cannot be used as it now is, the tokens of before stay good. */
    void look() {
        try {
            Object stamp = file.stamp();
            boolean settled = stamp.equals(seen);
            seen = stamp;
            // Two looks have to agree, or the file may be half written, and every session would end.
            if (stamp.equals(loaded) || !settled) {
                return;
            }
            Map<String, TokenGrant> grants = file.read();
            changed.accept(grants);
            loaded = stamp;
            complaint = null;
            log.atInfo()
                    .addKeyValue("file", file.path())
                    .addKeyValue("tokens", grants.size())
                    .log("tokens read again");
        } catch (IOException | CulvertException e) {
            complain(String.valueOf(e.getMessage()));
        }
    }

    // Once, not at every look until somebody corrects the file.
    private void complain(String why) {
        if (!why.equals(complaint)) {
            complaint = why;
            log.atWarn()
                    .addKeyValue("file", file.path())
                    .log("changed tokens not taken, the ones of before stay good: {}", why);
        }
    }
}
