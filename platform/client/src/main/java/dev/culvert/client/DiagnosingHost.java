package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.DialReply;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A client that logs in and wants nothing else. */
final class DiagnosingHost implements ClientHost {

    private final ClientSettings settings;
    private final List<Credential> credentials;
    private final String instance = UUID.randomUUID().toString();

    DiagnosingHost(ClientSettings settings, List<Credential> credentials) {
        this.settings = settings;
        this.credentials = credentials;
    }

    @Override
    public List<Credential> credentials() {
        return credentials;
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public String software() {
        return "culvert/diagnose";
    }

    @Override
    public String clientId() {
        return settings.clientId();
    }

    @Override
    public void deliver(String tunnel, StreamOrigin origin, DuplexChannel stream, DialReply reply) {
        reply.refused(new CulvertException(ServiceError.NOT_LISTED, "this client has no tunnels."));
    }

    @Override
    public void tunnelClosed(String tunnel, CulvertException cause) {}

    @Override
    public void draining(Duration deadline) {}
}
