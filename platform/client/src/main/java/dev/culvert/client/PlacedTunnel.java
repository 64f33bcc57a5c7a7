package dev.culvert.client;

import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.engine.wire.Parameters;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.protocol.OnConflict;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One tunnel of this client at one server, across the sessions to it. Thread-safe. */
final class PlacedTunnel {

    private static final Set<String> TAKEN =
            Set.of(TunnelError.PORT_UNAVAILABLE.code(), TunnelError.ENDPOINT_HELD.code());

    private final LocalTunnel tunnel;
    private final Traffic traffic;
    private volatile @Nullable Endpoint endpoint;
    private volatile @Nullable CulvertException refusal;
    private volatile @Nullable CulvertException trouble;
    private volatile boolean open;
    private volatile boolean served;
    private volatile boolean pausedThere;

    /**
     * Makes one that no server has opened yet.
     *
     * @param previous the same tunnel before it changed, or null: it is asked for where that was public, and goes on counting
     */
    PlacedTunnel(LocalTunnel tunnel, @Nullable PlacedTunnel previous) {
        this.tunnel = tunnel;
        endpoint = previous == null ? null : previous.endpoint;
        traffic = previous == null ? new Traffic() : previous.traffic;
    }

    LocalTunnel tunnel() {
        return tunnel;
    }

    /** What has gone through it at this server. */
    Traffic traffic() {
        return traffic;
    }

    String name() {
        return tunnel.name();
    }

    /** What to ask the server for; what was given before is asked for again. */
    TunnelRequest request(boolean yielding) {
        TunnelSection section = tunnel.section();
        OnConflict onConflict = yielding ? OnConflict.REJECT : section.onConflict();
        Map<String, Object> parameters = Parameters.write(section.factory().parameters(endpoint));
        // The platform's own, beside those of any protocol.
        putNetworks(parameters, "allow", section.allow());
        putNetworks(parameters, "deny", section.deny());
        if (!section.probed()) {
            parameters.put("probe", false);
        }
        section.limits().writeTo(parameters);
        section.sharing().writeTo(parameters);
        return new TunnelRequest(name(), tunnel.type(), onConflict, tunnel.local(), parameters);
    }

    private static void putNetworks(Map<String, Object> parameters, String key, List<SourceNetwork> networks) {
        if (!networks.isEmpty()) {
            parameters.put(key, networks.stream().map(SourceNetwork::toString).toList());
        }
    }

    void opened(@Nullable Endpoint where) {
        if (where != null) {
            endpoint = where;
        }
        refusal = null;
        open = true;
    }

    /**
     * The server does not open it, or has closed it; whatever was given before is not to be had any more.
     *
     * @return whether that was the server's own choice of earlier, so that another may be asked for at once
     */
    boolean refused(CulvertException cause) {
        var factory = tunnel.section().factory();
        boolean chosen = endpoint != null
                && TAKEN.contains(cause.code().code())
                && !factory.parameters(endpoint).equals(factory.parameters(null));
        refusal = cause;
        endpoint = null;
        open = false;
        served = false;
        pausedThere = false;
        return chosen;
    }

    /** No session serves it at the moment. */
    void lost() {
        open = false;
        served = false;
        pausedThere = false;
        trouble = null;
    }

    /** The server refuses its visitors at the wish of its operator, or serves them again. */
    void pausedThere(boolean now) {
        pausedThere = now;
    }

    /** A stream was accepted. */
    void accepted() {
        if (tunnel.section().factory().canBeProbed()) {
            served();
        }
    }

    /** A stream, or a visitor on one of many, has come the whole way from the server to the service. */
    void served() {
        served = true;
        trouble = null;
    }

    /** A stream came, or a visitor on one of many, and the service was not to be had. */
    void failed(CulvertException cause) {
        trouble = cause;
    }

    boolean isOpen() {
        return open;
    }

    @Nullable
    Endpoint endpoint() {
        return endpoint;
    }

    /** In which state it is. */
    TunnelState state(boolean draining) {
        if (!open) {
            return refusal == null ? TunnelState.CONNECTING : TunnelState.REFUSED;
        }
        if (draining) {
            return TunnelState.DRAINING;
        }
        if (tunnel.isPaused() || pausedThere) {
            return TunnelState.PAUSED;
        }
        if (problem() != null) {
            return TunnelState.DEGRADED;
        }
        return served ? TunnelState.READY : TunnelState.REGISTERED;
    }

    /** Why it is refused or degraded, or that the server has paused it; null if nothing is wrong. */
    @Nullable
    CulvertException problem() {
        if (!open) {
            return refusal;
        }
        if (pausedThere) {
            return new CulvertException(TunnelError.PAUSED, "the server's operator has paused it.");
        }
        CulvertException unwell = tunnel.unwell();
        return unwell != null ? unwell : trouble;
    }
}
