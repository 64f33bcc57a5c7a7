package dev.culvert.cli;

import dev.culvert.client.ClientObserver;
import dev.culvert.client.TransportStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.TunnelEvent;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client tells the person in front of it: public endpoints on standard output, changes in the log. */
final class ClientConsole implements ClientObserver {

    private static final Logger log = LoggerFactory.getLogger("culvert.client");

    private final PrintWriter out;
    private volatile @Nullable TunnelClient client;
    private final Map<String, String> printed = new ConcurrentHashMap<>();
    private final Map<String, String> ways = new ConcurrentHashMap<>();
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();
    private final boolean everywhere;

    /**
     * Makes one that has said nothing yet.
     *
     * @param everywhere whether the client is at several servers at the same time
     */
    ClientConsole(PrintWriter out, boolean everywhere) {
        this.out = out;
        this.everywhere = everywhere;
    }

    /** Whose console it is; before the client starts. */
    void of(TunnelClient whose) {
        client = whose;
    }

    @Override
    public void transport(TransportStatus transport) {
        String shown = transport.transport() + " to " + transport.server() + ": " + transport.why();
        if (shown.equals(ways.put(transport.server(), shown))) {
            return;
        }
        log.info(
                "transport {} server={} why=\"{}\" rejected=\"{}\"",
                transport.transport(),
                transport.server(),
                transport.why(),
                transport.rejections());
        if (transport.listed() > 1) {
            out.println("transport: " + shown);
            transport.rejected().forEach(rejected -> out.println("  rejected: " + rejected));
            out.flush();
        }
    }

    @Override
    public void connected(SessionEvent session) {
        outage(session.peer()).over();
        log.info("connected server={} session={}", session.peer(), session.session());
    }

    @Override
    public void disconnected(SessionEvent session) {
        log.info(
                "disconnected server={} session={} uptime_ms={} how=\"{}\"",
                session.peer(),
                session.session(),
                session.uptime().toMillis(),
                session.reason().isEmpty() ? "closed" : session.reason());
    }

    @Override
    public void retrying(String server, CulvertException cause, Duration pause) {
        String line = outage(server).line(cause, pause);
        if (line != null) {
            log.warn("{}{}", of(server), line);
        }
    }

    @Override
    public void tunnelOpened(TunnelEvent tunnel) {
        String where = tunnel.endpoint().isEmpty() ? "(the server's own endpoint)" : tunnel.endpoint();
        String before = printed.put(at(tunnel.session().peer()) + tunnel.name(), where);
        if (!where.equals(before)) {
            out.printf("%s -> %s  [%s]%n", where, local(tunnel.name()), tunnel.name());
            out.flush();
        }
    }

    @Override
    public void tunnelClosed(TunnelEvent tunnel) {
        log.warn(
                "tunnel closed tunnel={} {}{}",
                tunnel.name(),
                of(tunnel.session().peer()),
                tunnel.reason());
    }

    @Override
    public void tunnelRefused(String tunnel, String server, CulvertException cause) {
        log.warn("tunnel refused tunnel={} {}{}", tunnel, of(server), cause.getMessage());
    }

    // Servers that stand in for each other are one to people: where a tunnel is now is what counts.
    private String at(String server) {
        return everywhere ? server + "/" : "";
    }

    private String of(String server) {
        return everywhere ? "server=" + server + " " : "";
    }

    private Outage outage(String server) {
        return outages.computeIfAbsent(at(server), key -> new Outage(System::nanoTime));
    }

    private String local(String tunnel) {
        TunnelClient known = client;
        return known == null ? "?" : known.local(tunnel);
    }
}
