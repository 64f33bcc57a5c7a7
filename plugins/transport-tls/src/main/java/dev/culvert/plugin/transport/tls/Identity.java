package dev.culvert.plugin.transport.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who an end says it is.
 *
 * @param key proves it
 * @param chain the certificate of the key, and those that vouch for it
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {

    X509Certificate leaf() {
        return chain.get(0);
    }

    X509Certificate[] chainArray() {
        return chain.toArray(X509Certificate[]::new);
    }
}
