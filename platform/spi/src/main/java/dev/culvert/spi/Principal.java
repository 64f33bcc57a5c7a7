package dev.culvert.spi;

import static java.util.Objects.requireNonNull;

/**
 * Who a session belongs to, as an authenticator or a transport established it.
 *
 * @param name unique among the principals of a server; shown in logs, status and labels
 * @param account whose quotas count and whose endpoints these are; several principals may share one
 * @param clientId which of the principal's machines this is; shown, never trusted for more than display
 * @param rights what it may open
 */
public record Principal(String name, String account, String clientId, Rights rights) {

    /** The principal of sessions that nobody authenticates, as in the {@code raw} dialect. */
    public static final Principal ANONYMOUS = of("anonymous");

    /** Refuses nulls. */
    public Principal {
        requireNonNull(name, "name");
        requireNonNull(account, "account");
        requireNonNull(clientId, "clientId");
        requireNonNull(rights, "rights");
    }

    /**
     * A principal that is its own account and client, with all rights.
     *
     * @param name its name
     */
    public static Principal of(String name) {
        return new Principal(name, name, name, Rights.ALL);
    }

    /**
     * The same principal on a named machine.
     *
     * @param id what the client calls itself
     */
    public Principal withClientId(String id) {
        return new Principal(name, account, id, rights);
    }
}
