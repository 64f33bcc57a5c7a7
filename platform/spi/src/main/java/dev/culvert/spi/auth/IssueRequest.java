package dev.culvert.spi.auth;

import dev.culvert.spi.Rights;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a new credential is to be.
 *
 * @param name what it is called on the server; null: the issuer makes one up
 * @param principal who its holder is; null: the name. Two credentials of one principal are valid at once, which is how
 *     one replaces the other without an outage
 * @param account whose quotas count; null: the principal
 * @param expires when it ends; null: never
 * @param rights what its holder may open
 */
public record IssueRequest(
        @Nullable String name,
        @Nullable String principal,
        @Nullable String account,
        @Nullable Instant expires,
        Rights rights) {

    /**
     * A credential without limits.
     *
     * @param name its name, which is its principal and account as well
     */
    public static IssueRequest named(String name) {
        return new IssueRequest(name, null, null, null, Rights.ALL);
    }
}
