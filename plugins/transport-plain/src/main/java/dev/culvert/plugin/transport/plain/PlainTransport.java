package dev.culvert.plugin.transport.plain;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.Optional;

/** Hands the raw connection on. It learns nothing about the other end but its address. */
final class PlainTransport implements Transport {

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        return raw.eventLoop().newSucceededFuture(unchanged(raw));
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        return raw.eventLoop().newSucceededFuture(Optional.of(unchanged(raw)));
    }

    @Override
    public boolean isConfidential() {
        return false;
    }

    private static PrivateConnection unchanged(Channel raw) {
        return new PrivateConnection(raw, new AuthenticationContext(raw.remoteAddress(), null, Map.of(), false), null);
    }
}
