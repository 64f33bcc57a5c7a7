package dev.culvert.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where things are by default. */
final class Directories {

    private Directories() {}

    /** Where plugins keep files: {@code CULVERT_DATA_DIRECTORY}, systemd's state directory, or the user's own. */
    static Path data() {
        String set = System.getenv("CULVERT_DATA_DIRECTORY");
        if (set != null && !set.isBlank()) {
            return Path.of(set);
        }
        String state = System.getenv("STATE_DIRECTORY");
        if (state != null && !state.isBlank()) {
            return Path.of(state.split(":", 2)[0]);
        }
        String xdg = System.getenv("XDG_DATA_HOME");
        Path base = xdg != null && !xdg.isBlank()
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home"), ".local", "share");
        return base.resolve("culvert");
    }

    /** The unpacked distribution, as its script says; null when run from class files. */
    static @Nullable Path home() {
        String home = System.getProperty("culvert.home");
        return home == null || home.isBlank() ? null : Path.of(home);
    }

    /** The distribution's plugins. */
    static @Nullable Path plugins() {
        Path home = home();
        return home == null ? null : home.resolve("plugins");
    }
}
