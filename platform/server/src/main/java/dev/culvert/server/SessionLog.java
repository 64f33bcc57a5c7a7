package dev.culvert.server;

import dev.culvert.engine.telemetry.Printable;
import dev.culvert.spi.CulvertException;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line per change of state, INFO; one per refused tunnel, WARN. */
final class SessionLog {

    private static final Logger log = LoggerFactory.getLogger("culvert.sessions");

    private SessionLog() {}

    static void listening(String listener, SocketAddress address, String how) {
        log.info("listening for clients on {} listen={} ({})", Source.text(address), listener, how);
    }

    static void active(Session session) {
        log.info(
                "session active session={} principal={} account={} client={} peer={} listen={} software=\"{}\"",
                session.id(),
                session.principal().name(),
                session.principal().account(),
                session.principal().clientId(),
                session.peer(),
                session.listener(),
                Printable.of(session.software()));
    }

    static void ended(Session session, Duration uptime, String reason) {
        log.info(
                "session ended session={} principal={} peer={} uptime_ms={} how=\"{}\"",
                session.id(),
                session.principal().name(),
                session.peer(),
                uptime.toMillis(),
                Printable.of(reason));
    }

    static void tunnelOpened(Session session, String name, Object endpoint) {
        log.info("tunnel open session={} tunnel={} endpoint={}", session.id(), name, endpoint);
    }

    static void tunnelRefused(Session session, String name, CulvertException cause) {
        log.warn(
                "tunnel refused session={} tunnel={} {}",
                session.id(),
                Printable.of(name),
                Printable.of(cause.getMessage()));
    }

    static void tunnelClosed(Session session, String name, String reason) {
        log.info("tunnel closed session={} tunnel={} how=\"{}\"", session.id(), name, Printable.of(reason));
    }

    static void declared(String name, Object endpoint) {
        log.info("tunnel declared tunnel={} endpoint={} (no authentication)", name, endpoint);
    }

    static void revised(Session session, String name) {
        log.info("tunnel has other limits session={} tunnel={}", session.id(), Printable.of(name));
    }

    static void revisedHere(String name) {
        log.info("tunnel has other limits tunnel={}", name);
    }

    static void paused(Session session, String name, boolean paused) {
        log.info(
                "tunnel {} by its client session={} tunnel={}",
                paused ? "paused" : "resumed",
                session.id(),
                Printable.of(name));
    }

    static void health(Session session, String name, @Nullable CulvertException trouble) {
        String found = trouble == null ? "healthy" : trouble.reason();
        log.info(
                "service, as its client says session={} tunnel={} health=\"{}\"",
                session.id(),
                Printable.of(name),
                Printable.of(found));
    }

    static void pausedHere(String account, String name, boolean paused) {
        log.info("tunnel {} account={} tunnel={}", paused ? "paused" : "resumed", account, Printable.of(name));
    }

    static void withdrawn(String name) {
        log.info("tunnel withdrawn tunnel={}", name);
    }
}
