package dev.culvert.engine.telemetry;

import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection log: one line when a visitor's connection opens and one when it ends, at INFO, on the logger
 * {@code culvert.connections}, so that it can be sent elsewhere or turned off by itself.
 */
public final class ConnectionLog implements SessionListener {

    /** The logger's name. */
    public static final String NAME = "culvert.connections";

    private static final Logger log = LoggerFactory.getLogger(NAME);

    @Override
    public void visitorOpened(VisitorEvent visitor) {
        log.info(
                "open tunnel={} visitor={} endpoint={} account={}",
                visitor.tunnel(),
                visitor.visitor(),
                visitor.endpoint(),
                visitor.account());
    }

    @Override
    public void visitorClosed(VisitorEvent visitor) {
        log.info(
                "end tunnel={} visitor={} endpoint={} account={} in={} out={} ms={} how=\"{}\"",
                visitor.tunnel(),
                visitor.visitor(),
                visitor.endpoint(),
                visitor.account(),
                visitor.bytesIn(),
                visitor.bytesOut(),
                visitor.duration().toMillis(),
                Printable.of(visitor.reason()));
    }

    @Override
    public void visitorRefused(VisitorEvent visitor) {
        log.info(
                "refused tunnel={} visitor={} endpoint={} account={} how=\"{}\"",
                visitor.tunnel(),
                visitor.visitor(),
                visitor.endpoint(),
                visitor.account(),
                Printable.of(visitor.reason()));
    }
}
