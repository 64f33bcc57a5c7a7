package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Notes visitors that got nothing: for each reason one a second. A sender of forged addresses would fill the log
 * otherwise; the datagrams are counted, all of them.
 */
final class RefusalLog {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TunnelHandle tunnel;
    private final Map<ErrorCode, Long> last = new HashMap<>();

    RefusalLog(TunnelHandle tunnel) {
        this.tunnel = tunnel;
    }

    void note(StreamOrigin origin, CulvertException cause) {
        long now = System.nanoTime();
        Long before = last.get(cause.code());
        if (before == null || now - before >= PAUSE_NANOS) {
            last.put(cause.code(), now);
            tunnel.refused(origin, cause);
        }
    }
}
