package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.Principal;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.TunnelHandle;

/**
 * A tunnel with its name.
 *
 * @param hosts where it is registered
 * @param host its name
 * @param endpoint where it is public
 * @param handle what is behind it
 * @param options how visitors and streams are joined
 */
record TlsTunnel(Hosts hosts, HostName host, Endpoint endpoint, TunnelHandle handle, BridgeOptions options)
        implements EndpointLease {

    Principal owner() {
        return handle.owner();
    }

    @Override
    public void close() {
        hosts.remove(this);
    }
}
