package dev.culvert.spi.transport;

import dev.culvert.spi.Secret;

/**
 * A new key pair, to be shown once and then forgotten.
 *
 * @param privateKey what its owner keeps
 * @param publicKey what the other end is told
 * @param serverToml what the server's file says with this key
 * @param clientToml what the client's file says with this key
 */
public record IssuedKey(Secret privateKey, String publicKey, Secret serverToml, Secret clientToml) {}
