package dev.culvert.engine.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when a file has other content. It looks rather than listens: that works for files that are replaced, for links
 * whose target is, and on every file system. A file is read when it has been the same twice in a row, so one that is
 * being written is not taken for done; a program that writes with pauses has to rename.
 */
public final class FileWatch {

    /** How often it looks. */
    public static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger("culvert.config");

    private final Path file;
    private final Runnable changed;
    private Stamp seen;
    private byte @Nullable [] known;
    private boolean settling;

    private FileWatch(Path file, Runnable changed) {
        this.file = file;
        this.changed = changed;
        seen = Stamp.of(file);
        known = content();
    }

    /**
     * Watches until the scheduler ends.
     *
     * @param file need not be there all the time
     * @param scheduler where it looks, and where it tells
     * @param changed is run after each change, one at a time
     */
    public static void start(Path file, ScheduledExecutorService scheduler, Runnable changed) {
        FileWatch watch = new FileWatch(file, changed);
        scheduler.scheduleWithFixedDelay(watch::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Stamp now = Stamp.of(file);
            if (!now.equals(seen)) {
                seen = now;
                settling = true;
            } else if (settling) {
                settling = false;
                byte[] content = content();
                if (content != null && !Arrays.equals(content, known)) {
                    known = content;
                    changed.run();
                }
            }
        } catch (RuntimeException e) {
            log.warn("{} could not be looked at", file, e); // a timer that throws is never run again
        }
    }

    private byte @Nullable [] content() {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return null; // it may be on its way from one name to another
        }
    }

    /** What of a file changes when its content does. */
    private record Stamp(long modified, long size, @Nullable Object key) {

        static Stamp of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(
                        attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                        attributes.size(),
                        attributes.fileKey());
            } catch (IOException e) {
                return new Stamp(0, -1, null);
            }
        }
    }
}
