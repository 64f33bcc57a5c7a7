package dev.culvert.spi.registry;

/**
 * The right to an endpoint.
 *
 * @param claim what was asked for
 * @param id grows with every lease of the registry, so that a late message of an older one can be told (a fencing token)
 */
public record Lease(Claim claim, long id) {}
