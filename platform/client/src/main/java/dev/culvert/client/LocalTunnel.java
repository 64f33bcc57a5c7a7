package dev.culvert.client;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.LocalService;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** One tunnel of this client, at whichever servers. Its section can be replaced as long as servers need not know. Thread-safe. */
final class LocalTunnel {

    private volatile Local at;
    private volatile boolean paused;
    private volatile @Nullable CulvertException unwell;
    private final EventLoop checks;
    private @Nullable ServiceCheck check;

    /** The section and what was built from it, replaced together. */
    private record Local(TunnelSection section, LocalService service) {}

    /**
     * Makes one that nobody checks yet.
     *
     * @param checks where all checks of its service live, one after the other, so that none tells what it found after the next
     *     has begun
     */
    LocalTunnel(TunnelSection section, LocalService service, EventLoop checks) {
        this.checks = checks;
        at = new Local(section, service);
    }

    String name() {
        return section().name();
    }

    String type() {
        return typeOf(section());
    }

    String local() {
        return section().factory().local();
    }

    TunnelSection section() {
        return at.section();
    }

    LocalService service() {
        return at.service();
    }

    /** Whether a newer section asks the servers for the same endpoint; they may have to hear of other limits. */
    boolean keepsEndpoint(TunnelSection newer) {
        return newer.hasEndpointOf(section());
    }

    /** Whether a newer section has the same limits, so that only the way to the service is new. */
    boolean keepsLimits(TunnelSection newer) {
        return newer.hasLimitsOf(section());
    }

    /** Delivers by another service from now on; streams that were delivered go on. */
    void deliverTo(TunnelSection newer, LocalService service) {
        LocalService before = service();
        at = new Local(newer, service);
        before.close();
    }

    boolean isPaused() {
        return paused;
    }

    void pause(boolean now) {
        paused = now;
    }

    /** What its health check found; null while the service is well, or nobody looks. */
    @Nullable
    CulvertException unwell() {
        return unwell;
    }

    void found(@Nullable CulvertException trouble) {
        unwell = trouble;
    }

    EventLoop checks() {
        return checks;
    }

    /** Has its service checked from now on, by this alone; null for not at all. */
    synchronized void checkBy(@Nullable ServiceCheck newer) {
        if (check != null) {
            check.stop();
        }
        check = newer;
        if (newer != null) {
            newer.start();
        }
    }

    private static String typeOf(TunnelSection section) {
        JsonTypeName type = section.factory().getClass().getAnnotation(JsonTypeName.class);
        return type == null ? "" : type.value();
    }
}
