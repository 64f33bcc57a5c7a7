package dev.culvert.spi.protocol;

import dev.culvert.spi.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The server's half of a protocol: makes tunnels public. Thread-safe.
 *
 * @param <P> what a tunnel tells it: a record that the platform reads from {@link TunnelFactory#parameters} by Jackson
 *     and validates by its Bean Validation annotations; unknown properties are ignored
 */
public interface Protocol<P> extends AutoCloseable {

    /**
     * Opens the listeners that all its tunnels share, if it has such. Called once, before the first {@link #open}.
     *
     * @return where it listens, with the real ports, for people to see; fails with a {@link
     *     dev.culvert.spi.CulvertException} ({@link dev.culvert.spi.ConfigError#PORT_UNAVAILABLE}), and then the server
     *     does not start
     */
    default CompletionStage<List<Endpoint>> start() {
        return CompletableFuture.completedFuture(List.of());
    }

    /** The class of a tunnel's parameters. */
    Class<P> parametersType();

    /**
     * The endpoint that these parameters ask for; the platform claims it before {@link #open}. Two tunnels with equal
     * endpoints are in conflict.
     *
     * @param parameters a tunnel's
     * @return empty if the protocol picks one (a port of 0): then what {@link #open} returns is claimed
     */
    Optional<Endpoint> requested(P parameters);

    /**
     * The same parameters, asking for an endpoint that the protocol has picked: what the tunnel's client says when it
     * comes back after a lost connection ({@link TunnelFactory#parameters}). By their equality the platform knows that
     * the endpoint can stay as it is.
     *
     * @param parameters a tunnel's, for which {@link #requested} is empty
     * @param endpoint what it got
     */
    P pinned(P parameters, Endpoint endpoint);

    /**
     * Makes a tunnel public. The endpoint stays until the lease is closed, also while no client is there.
     *
     * @param tunnel what is behind the endpoint
     * @param parameters the tunnel's
     * @return fails with a {@link dev.culvert.spi.CulvertException} ({@link dev.culvert.spi.TunnelError})
     */
    CompletionStage<EndpointLease> open(TunnelHandle tunnel, P parameters);

    /**
     * The server is going to stop: {@link #close} follows. Whoever has a balancer in front of it says so from now on; visitors
     * are taken as before as long as their tunnel is there. From any thread.
     */
    default void drain() {}

    /**
     * No visitor is to come any more; {@link #close} follows. Whoever is there and may ask for something more is answered
     * once more, or told that this is the end: sessions still open streams. From any thread.
     *
     * @return completes when nobody is left who may ask, or when they have had time enough; the platform waits for a few
     *     seconds at most
     */
    default CompletionStage<Void> leave() {
        return CompletableFuture.completedFuture(null);
    }

    /** Stops listening. Open connections go on. */
    @Override
    default void close() {}
}
