package dev.culvert.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line now and then that sums up what the server does, and one for each listener and host. */
final class SummaryLog {

    private static final Logger log = LoggerFactory.getLogger("culvert.summary");

    private SummaryLog() {}

    static void start(Duration interval, Supplier<List<ClientStatus>> clients, ScheduledExecutorService scheduler) {
        if (!interval.isZero()) {
            scheduler.scheduleAtFixedRate(
                    () -> write(clients.get()), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void write(List<ClientStatus> clients) {
        log.info("summary {}", Share.ofAll(clients));
        Share.byListener(clients).forEach((name, share) -> log.info("summary listen={} {}", name, share));
        Share.byHost(clients).forEach((host, share) -> log.info("summary host={} {}", host, share));
    }
}
