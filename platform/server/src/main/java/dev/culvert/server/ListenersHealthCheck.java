package dev.culvert.server;

import com.codahale.metrics.health.HealthCheck;

/** Healthy while clients can connect. */
final class ListenersHealthCheck extends HealthCheck {

    private final TunnelServer server;

    ListenersHealthCheck(TunnelServer server) {
        this.server = server;
    }

    @Override
    protected Result check() {
        return server.isListening()
                ? Result.healthy("%d clients, %d endpoints", server.clients().size(), server.endpoints())
                : Result.unhealthy("takes no clients");
    }
}
