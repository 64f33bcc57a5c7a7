package dev.culvert.client;

import dev.culvert.client.ClientStatus.TunnelStatus;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line now and then for each tunnel that sums up how it fares. */
final class SummaryLog {

    private static final Logger log = LoggerFactory.getLogger("culvert.summary");

    private SummaryLog() {}

    static void start(Duration interval, Supplier<ClientStatus> status, ScheduledExecutorService scheduler) {
        if (!interval.isZero()) {
            scheduler.scheduleAtFixedRate(
                    () -> write(status.get()), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void write(ClientStatus status) {
        log.info(
                "summary state={} sessions={} reconnects={}",
                status.state(),
                status.sessions().size(),
                status.reconnects());
        for (TunnelStatus tunnel : status.tunnels()) {
            log.info(
                    "summary tunnel={} server={} state={} streams={} requests={} errors={} bytes_in={} bytes_out={}",
                    tunnel.name(),
                    tunnel.server(),
                    tunnel.state(),
                    tunnel.traffic().streams(),
                    tunnel.traffic().requests(),
                    tunnel.traffic().errors(),
                    tunnel.traffic().bytesIn(),
                    tunnel.traffic().bytesOut());
        }
    }
}
