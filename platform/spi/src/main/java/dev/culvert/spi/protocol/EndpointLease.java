package dev.culvert.spi.protocol;

import dev.culvert.spi.Endpoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A public endpoint that a protocol keeps open. */
public interface EndpointLease extends AutoCloseable {

    /** Where it is. */
    Endpoint endpoint();

    /**
     * Finds out whether a visitor would arrive: goes to the endpoint as one does, and ends before a stream would open. It is
     * no visitor: nothing of it is counted, limited or logged.
     *
     * @return completes when it has come as far as this tunnel; fails with a {@link dev.culvert.spi.CulvertException} ({@link
     *     dev.culvert.spi.TunnelError#ENDPOINT_UNREACHABLE}) if it does not. A protocol that cannot tell succeeds at once
     */
    default CompletionStage<Void> probe() {
        return CompletableFuture.completedFuture(null);
    }

    /** Takes no more visitors. Open connections go on. Thread-safe; the second call does nothing. */
    @Override
    void close();
}
