package com.example.embedded;

import dev.culvert.client.TunnelClient;
import dev.culvert.embedded.Culvert;

/** Makes port 8080 of this machine public: {@code CULVERT_SERVER=relay.example.com:4444 CULVERT_TOKEN=clv_… CULVERT_PIN=sha256/…}. */
public final class PublicService {

    private PublicService() {}

    /** Runs until the client ends. */
    public static void main(String[] arguments) {
        try (TunnelClient client = Culvert.connect(System.getenv("CULVERT_SERVER"))
                .token(System.getenv("CULVERT_TOKEN"))
                .pin(System.getenv("CULVERT_PIN"))
                .tunnel("web", ":8080", 0)
                .start()) {
            client.ready().toCompletableFuture().join();
            client.status()
                    .tunnels()
                    .forEach(tunnel -> System.out.println(tunnel.endpoint() + " -> " + tunnel.local()));
            System.out.println(client.ended().toCompletableFuture().join());
        }
    }
}
