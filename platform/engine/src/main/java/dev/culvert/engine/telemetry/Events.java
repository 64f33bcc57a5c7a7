package dev.culvert.engine.telemetry;

import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.RequestEvent;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.spi.event.VisitorEvent;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener. One that throws is logged and harms neither the others nor the traffic. */
public final class Events implements SessionListener {

    private static final Logger log = LoggerFactory.getLogger(Events.class);

    private final List<SessionListener> listeners;

    /**
     * Makes a dispatcher.
     *
     * @param listeners in the order in which they are told
     */
    public Events(List<SessionListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void connected(SessionEvent session) {
        tell(listener -> listener.connected(session));
    }

    @Override
    public void disconnected(SessionEvent session) {
        tell(listener -> listener.disconnected(session));
    }

    @Override
    public void tunnelOpened(TunnelEvent tunnel) {
        tell(listener -> listener.tunnelOpened(tunnel));
    }

    @Override
    public void tunnelClosed(TunnelEvent tunnel) {
        tell(listener -> listener.tunnelClosed(tunnel));
    }

    @Override
    public void visitorOpened(VisitorEvent visitor) {
        tell(listener -> listener.visitorOpened(visitor));
    }

    @Override
    public void visitorClosed(VisitorEvent visitor) {
        tell(listener -> listener.visitorClosed(visitor));
    }

    @Override
    public void visitorRefused(VisitorEvent visitor) {
        tell(listener -> listener.visitorRefused(visitor));
    }

    @Override
    public void datagrams(DatagramEvent datagrams) {
        tell(listener -> listener.datagrams(datagrams));
    }

    @Override
    public void requestEnded(RequestEvent request) {
        tell(listener -> listener.requestEnded(request));
    }

    @Override
    public void close() {
        tell(SessionListener::close);
    }

    private void tell(Consumer<SessionListener> event) {
        for (SessionListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                log.atWarn()
                        .addKeyValue("listener", listener.getClass().getName())
                        .setCause(e)
                        .log("a telemetry listener failed");
            }
        }
    }
}
