package dev.culvert.plugin.auth.jwt;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Which claims limit what a client may open, {@code [auth.rights]}. A claim that is named here has to be in every token;
 * a right that no claim is named for is not limited.
 *
 * @param types the claim with types of tunnel; a list, or text with spaces between
 * @param ports the claim with public ports, {@code [8080, "7000-7999"]}
 * @param names the claim with names of tunnels, {@code ["web*"]}
 * @param hosts the claim with public host names, {@code ["*.example.com"]}
 * @param sessions the claim with the number of sessions of clients that the account may have at once
 * @param tunnels the claim with the number of endpoints that the account may have at once
 * @param streams the claim with the number of connections, requests and flows that the account may have at once
 * @param bandwidth the claim with the bytes a second in each direction of the account's streams, {@code "1MiB"}
 * @param sources the claim with the networks that the holder may log in from, {@code ["10.0.0.0/8"]}
 */
public record RightsClaims(
        @Nullable @Size(min = 1) String types,
        @Nullable @Size(min = 1) String ports,
        @Nullable @Size(min = 1) String names,
        @Nullable @Size(min = 1) String hosts,
        @Nullable @Size(min = 1) String sessions,
        @Nullable @Size(min = 1) String tunnels,
        @Nullable @Size(min = 1) String streams,
        @Nullable @Size(min = 1) String bandwidth,
        @Nullable @Size(min = 1) String sources) {

    /** No claim limits anything. */
    static final RightsClaims NONE = new RightsClaims(null, null, null, null, null, null, null, null, null);
}
