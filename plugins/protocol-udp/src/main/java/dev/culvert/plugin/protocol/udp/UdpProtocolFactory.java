package dev.culvert.plugin.protocol.udp;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Durations;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.pf4j.Extension;

/**
 * Makes tunnels public on UDP ports of this server. {@code [[protocol]] type = "udp"}.
 *
 * @param bind the address that ports are opened on; default all, IPv4 and IPv6. Where it is set, tunnels cannot ask for
 *     another
 * @param ports which public ports tunnels may have, also the ones that port 0 picks from; default any
 * @param maxIdleTimeout a tunnel's {@code idle_timeout} counts up to this; default 60 s
 * @param maxFlows a tunnel's {@code max_flows} counts up to this; default 10,000
 * @param maxFlowsPerSource a tunnel's {@code max_flows_per_source} counts up to this; default 10,000
 * @param maxAmplification how many times what it has sent a visitor may be answered, in bytes with the headers of IP and UDP,
 *     until it sends again and so shows that its address is not forged; 0 for no limit; default 100
 * @param maxQueued how much may wait for each stream of a tunnel before datagrams are dropped; default 1 MiB
 * @param lanes over how many streams to each client the flows of a tunnel are spread, 1 to 16; default 1
 */
@Extension
@JsonTypeName("udp")
public record UdpProtocolFactory(
        String bind,
        List<PortRange> ports,
        Duration maxIdleTimeout,
        @Min(1) Integer maxFlows,
        @Min(1) Integer maxFlowsPerSource,
        @Min(0) Integer maxAmplification,
        DataSize maxQueued,
        @Min(1) @Max(16) Integer lanes)
        implements ProtocolFactory {

    // The longest answer of DNS to its shortest question is 74 times that; what attackers look for is several hundred.
    private static final int MAX_AMPLIFICATION = 100;

    /** Fills in the defaults; refuses durations that are not positive and a bind address that is a name. */
    public UdpProtocolFactory {
        bind = BindAddress.canonical(bind);
        ports = List.copyOf(requireNonNullElse(ports, List.of()));
        maxIdleTimeout =
                Durations.positive("max_idle_timeout", requireNonNullElse(maxIdleTimeout, Duration.ofSeconds(60)));
        maxFlows = requireNonNullElse(maxFlows, UdpParameters.MAX_FLOWS);
        maxFlowsPerSource = requireNonNullElse(maxFlowsPerSource, UdpParameters.MAX_FLOWS);
        maxAmplification = requireNonNullElse(maxAmplification, MAX_AMPLIFICATION);
        maxQueued = LaneOutput.requireRoom(requireNonNullElse(maxQueued, LaneOutput.DEFAULT_LIMIT));
        lanes = requireNonNullElse(lanes, 1);
    }

    @Override
    public Protocol<?> build(PluginContext context) {
        return new UdpProtocol(context.network(), this);
    }
}
