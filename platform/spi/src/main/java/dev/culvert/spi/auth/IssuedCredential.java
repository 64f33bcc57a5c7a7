package dev.culvert.spi.auth;

import dev.culvert.spi.Secret;

/**
 * A new credential, to be shown once and then forgotten.
 *
 * @param name what it is called on the server
 * @param secret what its holder keeps, the value of {@code CULVERT_TOKEN}
 * @param serverToml what the server's file needs; no secret in it
 * @param clientToml what the client's file needs, the secret included
 */
public record IssuedCredential(String name, Secret secret, String serverToml, Secret clientToml) {}
