package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.Optional;

/** Makes raw connections private by a Noise handshake. */
final class NoiseTransport implements Transport {

    private final NoiseSettings settings;
    private final Role role;

    NoiseTransport(NoiseSettings settings, Role role) {
        this.settings = settings;
        this.role = role;
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        Promise<PrivateConnection> done = raw.eventLoop().newPromise();
        NoiseHandshake.start(new ClientHandshake(settings), settings.rekeying(), raw, done);
        return done;
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        Promise<PrivateConnection> done = raw.eventLoop().newPromise();
        NoiseHandshake.start(new ServerHandshake(settings), settings.rekeying(), raw, done);
        Promise<Optional<PrivateConnection>> accepted = raw.eventLoop().newPromise();
        done.addListener((Future<PrivateConnection> finished) -> {
            if (finished.isSuccess()) {
                accepted.setSuccess(Optional.of(finished.getNow()));
            } else {
                accepted.setFailure(finished.cause());
            }
        });
        return accepted;
    }

    @Override
    public boolean isConfidential() {
        return true;
    }

    @Override
    public boolean establishesIdentity() {
        return !settings.peers().isEmpty();
    }

    @Override
    public List<String> pins() {
        KeyPair25519 own = settings.ownStatic();
        return role == Role.CLIENT || own == null ? List.of() : List.of(Keys.text(own.publicKey()));
    }
}
