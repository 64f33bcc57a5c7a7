package dev.culvert.server;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line now and then that sums up what the server does, and one for each listener and host. */
final class SummaryLog {

    private static final Logger log = LoggerFactory.getLogger("culvert.summary");

    private SummaryLog() {}

    static void start(Duration interval, TunnelServer server, ScheduledExecutorService scheduler) {
        if (!interval.isZero()) {
            scheduler.scheduleAtFixedRate(
                    () -> write(server), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void write(TunnelServer server) {
        log.info("summary {}", server.inAll());
        server.byListener().forEach((name, share) -> log.info("summary listen={} {}", name, share));
        server.byHost().forEach((host, share) -> log.info("summary host={} {}", host, share));
    }
}
