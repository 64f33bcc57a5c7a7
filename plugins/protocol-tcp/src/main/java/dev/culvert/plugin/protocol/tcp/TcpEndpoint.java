package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.protocol.EndpointLease;
import io.netty.channel.Channel;

/**
 * A listening port.
 *
 * @param endpoint where it is
 * @param listening its channel
 * @param visitors who came and has no stream yet
 */
record TcpEndpoint(Endpoint endpoint, Channel listening, Visitors visitors) implements EndpointLease {

    @Override
    public void close() {
        listening.close();
        visitors.close();
    }
}
