package dev.culvert.plugin.protocol.tcp;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.Durations;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.pf4j.Extension;

/**
 * Makes tunnels public on TCP ports of this server. {@code [[protocol]] type = "tcp"}.
 *
 * @param bind the address that ports are opened on; default all, IPv4 and IPv6. Where it is set, tunnels cannot ask for
 *     another
 * @param ports which public ports tunnels may have, also the ones that port 0 picks from; default any
 * @param maxWaitTimeout a tunnel's {@code wait_timeout} counts up to this; default 60 s
 * @param maxWaiting a tunnel's {@code max_waiting} counts up to this; default 1,024
 * @param maxHalfCloseTimeout a tunnel's {@code half_close_timeout} counts up to this; default 1 h
 * @param maxOpening how many visitors of one tunnel may be without a stream at once; more are reset; default 1,024
 * @param proxyProtocolFrom networks of proxies, whose connections have to begin with the header of the PROXY protocol
 *     and count as those of whom it names; default none
 */
@Extension
@JsonTypeName("tcp")
public record TcpProtocolFactory(
        String bind,
        List<PortRange> ports,
        Duration maxWaitTimeout,
        @Min(1) Integer maxWaiting,
        Duration maxHalfCloseTimeout,
        @Min(1) Integer maxOpening,
        List<SourceNetwork> proxyProtocolFrom)
        implements ProtocolFactory {

    /** Fills in the defaults; refuses durations that are not positive and a bind address that is a name. */
    public TcpProtocolFactory {
        bind = BindAddress.canonical(bind);
        ports = List.copyOf(requireNonNullElse(ports, List.of()));
        maxWaitTimeout =
                Durations.positive("max_wait_timeout", requireNonNullElse(maxWaitTimeout, Duration.ofSeconds(60)));
        maxWaiting = requireNonNullElse(maxWaiting, 1024);
        maxHalfCloseTimeout = Durations.positive(
                "max_half_close_timeout", requireNonNullElse(maxHalfCloseTimeout, Duration.ofHours(1)));
        maxOpening = requireNonNullElse(maxOpening, 1024);
        proxyProtocolFrom = List.copyOf(requireNonNullElse(proxyProtocolFrom, List.of()));
    }

    @Override
    public Protocol<?> build(PluginContext context) {
        return new TcpProtocol(context.network(), this);
    }
}
