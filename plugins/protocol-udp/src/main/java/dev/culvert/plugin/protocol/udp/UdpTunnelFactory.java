package dev.culvert.plugin.protocol.udp;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Durations;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.DialingService;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * A public UDP port that leads to a local one. {@code [[tunnel]] type = "udp"}.
 *
 * @param target {@code local}: where the service is; a bare port is on 127.0.0.1. Required on a client, unused on a server
 * @param port the public port; default 0: the server picks one, and after a lost connection is asked for the same again
 * @param bind which of the server's addresses the port is opened on; default all
 * @param idleTimeout after how long without a datagram in either direction a flow ends; default 60 s
 * @param maxFlows how many flows there may be at once; default 10,000
 * @param maxFlowsPerSource how many of them may be of one address, of IPv6 of one /64; default 1,000
 * @param maxAmplification how many times what it has sent a visitor may be answered, in bytes with the headers of IP and
 *     UDP; default 0, no limit
 * @param maxQueued how much may wait for the session before datagrams are dropped; default 1 MiB
 */
@Extension
@JsonTypeName("udp")
public record UdpTunnelFactory(
        @JsonProperty("local") @Nullable HostPort target,
        @Min(0) @Max(65535) Integer port,
        String bind,
        Duration idleTimeout,
        @Min(1) Integer maxFlows,
        @Min(1) Integer maxFlowsPerSource,
        @Min(0) Integer maxAmplification,
        DataSize maxQueued)
        implements TunnelFactory {

    /** Fills in the defaults; refuses durations that are not positive and a bind address that is a name. */
    public UdpTunnelFactory {
        port = requireNonNullElse(port, 0);
        bind = BindAddress.canonical(bind);
        idleTimeout = Durations.positive(
                "idle_timeout", requireNonNullElse(idleTimeout, Duration.ofMillis(UdpParameters.IDLE_TIMEOUT_MS)));
        maxFlows = requireNonNullElse(maxFlows, UdpParameters.MAX_FLOWS);
        maxFlowsPerSource = requireNonNullElse(maxFlowsPerSource, UdpParameters.MAX_FLOWS_PER_SOURCE);
        maxAmplification = requireNonNullElse(maxAmplification, 0);
        maxQueued = LaneOutput.requireRoom(requireNonNullElse(maxQueued, LaneOutput.DEFAULT_LIMIT));
    }

    @Override
    public Object parameters(@Nullable Endpoint previous) {
        return new UdpParameters(
                port == 0 && previous != null ? previous.port() : port,
                bind,
                idleTimeout.toMillis(),
                maxFlows,
                maxFlowsPerSource,
                maxAmplification);
    }

    @Override
    public String local() {
        return target == null ? "" : DialingService.shown(target);
    }

    /** A lane is taken before there is a visitor, and nothing but its answers tells of a service over UDP. */
    @Override
    public boolean canBeProbed() {
        return false;
    }

    @Override
    public LocalService build(PluginContext context) {
        if (target == null || target.port() == 0) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "local: " + (target == null ? "missing" : target) + " (expected: host:port, or a port alone).");
        }
        return new UdpService(context.network(), target, this);
    }
}
