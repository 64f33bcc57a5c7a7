package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.stream.WrappedChannel;
import io.netty.channel.Channel;

/**
 * A connection as its owner sees it: the raw channel, with TLS in its pipeline, but without the ends of TCP, which are
 * not those of what lies inside. Costs nothing: every byte goes through the raw channel's own pipeline.
 */
class TlsChannel extends WrappedChannel {

    TlsChannel(Channel raw) {
        super(raw);
    }

    @Override
    public String toString() {
        return "tls " + below();
    }
}
