package dev.culvert.client;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.telemetry.ConnectionLog;
import dev.culvert.engine.telemetry.Events;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.spi.event.VisitorEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everybody who is told what a client does. */
final class Observers implements ClientObserver {

    private final List<ClientObserver> watching;
    private final Events events;

    private Observers(List<ClientObserver> watching, Events events) {
        this.watching = List.copyOf(watching);
        this.events = events;
    }

    static Observers of(ClientSettings settings, List<ClientObserver> watching, EngineContext context) {
        List<SessionListener> all = new ArrayList<>(watching);
        all.add(new ConnectionLog());
        settings.telemetry().forEach(factory -> all.add(Plugins.withLoaderOf(factory, () -> factory.build(context))));
        return new Observers(watching, new Events(all));
    }

    @Override
    public void connected(SessionEvent session) {
        events.connected(session);
    }

    @Override
    public void disconnected(SessionEvent session) {
        events.disconnected(session);
    }

    @Override
    public void tunnelOpened(TunnelEvent tunnel) {
        events.tunnelOpened(tunnel);
    }

    @Override
    public void tunnelClosed(TunnelEvent tunnel) {
        events.tunnelClosed(tunnel);
    }

    @Override
    public void visitorOpened(VisitorEvent visitor) {
        events.visitorOpened(visitor);
    }

    @Override
    public void visitorClosed(VisitorEvent visitor) {
        events.visitorClosed(visitor);
    }

    @Override
    public void visitorRefused(VisitorEvent visitor) {
        events.visitorRefused(visitor);
    }

    @Override
    public void datagrams(DatagramEvent datagrams) {
        events.datagrams(datagrams);
    }

    @Override
    public void retrying(String server, CulvertException cause, Duration pause) {
        watching.forEach(observer -> observer.retrying(server, cause, pause));
    }

    @Override
    public void transport(TransportStatus transport) {
        watching.forEach(observer -> observer.transport(transport));
    }

    @Override
    public void tunnelRefused(String tunnel, String server, CulvertException cause) {
        watching.forEach(observer -> observer.tunnelRefused(tunnel, server, cause));
    }

    @Override
    public void serviceHealth(String tunnel, @Nullable CulvertException trouble) {
        watching.forEach(observer -> observer.serviceHealth(tunnel, trouble));
    }

    @Override
    public void dialled(String tunnel, Duration took, @Nullable CulvertException cause) {
        watching.forEach(observer -> observer.dialled(tunnel, took, cause));
    }

    @Override
    public void close() {
        events.close();
    }
}
