package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A client that has proven who it is.
 *
 * @param principal who it is
 * @param instance a random id of the client process: sessions of one principal and instance are one client and never
 *     conflict with each other
 * @param software what it calls itself, {@code culvert/0.1.0}; shown, never trusted
 * @param revoked completes, with the reason, when its credential stops being good
 */
public record Admission(
        Principal principal, String instance, String software, CompletionStage<CulvertException> revoked) {

    /**
     * A client that nothing revokes.
     *
     * @param principal who it is
     * @param instance which process
     * @param software what it calls itself
     */
    public Admission(Principal principal, String instance, String software) {
        this(principal, instance, software, new CompletableFuture<>());
    }
}
