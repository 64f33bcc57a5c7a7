package dev.culvert.plugin.protocol.http;

import static java.util.Objects.requireNonNullElse;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By which listener the sessions came that requests go through: one of {@code via} of a server, the first that fits counts.
 *
 * @param listen the name of the {@code [[listen]]} section; required
 * @param paths which requests, by how their path begins, whole segments; default all
 * @param upgrade which of them, {@code "websocket"} for those that ask for one; default all
 * @param orAny whether other sessions will do while the client has none that came there; else 502; default false
 */
public record ViaRule(
        @NotBlank String listen,

        List<@Pattern(regexp = HttpParameters.PATH + "/?", message = "expected: a path such as /api") String> paths,

        @Nullable @Pattern(regexp = "websocket", message = "expected: websocket")
        String upgrade,

        Boolean orAny) {

    /** Fills in the defaults. */
    public ViaRule {
        paths = requireNonNullElse(paths, List.<String>of()).stream()
                .map(Paths::withoutEnd)
                .toList();
        orAny = requireNonNullElse(orAny, false);
    }

    /**
     * Whether a request is one of those.
     *
     * @param path which it asks for
     * @param webSocket whether it asks for a WebSocket
     */
    boolean fits(String path, boolean webSocket) {
        return (upgrade == null || webSocket)
                && (paths.isEmpty() || paths.stream().anyMatch(prefix -> Paths.isBelow(path, prefix)));
    }
}
