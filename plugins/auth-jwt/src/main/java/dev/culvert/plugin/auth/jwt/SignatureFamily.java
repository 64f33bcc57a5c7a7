package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Algorithms that share a type of key and a way of verifying. A section has one, so that no key can be used in a way that
 * it was not made for, whatever a token says of itself. "none" is in no family.
 */
enum SignatureFamily {
    HMAC(KeyType.OCT, JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512),
    RSA(KeyType.RSA, JWSAlgorithm.RS256, JWSAlgorithm.RS384, JWSAlgorithm.RS512),
    RSA_PSS(KeyType.RSA, JWSAlgorithm.PS256, JWSAlgorithm.PS384, JWSAlgorithm.PS512),
    ELLIPTIC_CURVE(KeyType.EC, JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);

    /** What a section may name. */
    static final String NAMES = "[HRPE]S(256|384|512)";

    private static final int LEAST_RSA_BITS = 2048;

    private final KeyType keys;
    private final Set<JWSAlgorithm> algorithms;

    SignatureFamily(KeyType keys, JWSAlgorithm... algorithms) {
        this.keys = keys;
        this.algorithms = Set.of(algorithms);
    }

    /** The family that all of these are of. */
    static Optional<SignatureFamily> of(List<String> names) {
        return Arrays.stream(values())
                .filter(family -> names.stream().allMatch(name -> family.algorithms.contains(JWSAlgorithm.parse(name))))
                .findFirst();
    }

    /** Whether a key of a set is one to verify these signatures with. */
    boolean uses(JWK key) {
        boolean strong = !keys.equals(KeyType.RSA) || key.size() >= LEAST_RSA_BITS;
        boolean signs = key.getKeyUse() == null || key.getKeyUse().identifier().equals("sig");
        boolean named = key.getAlgorithm() == null
                || algorithms.stream()
                        .anyMatch(known ->
                                known.getName().equals(key.getAlgorithm().getName()));
        return key.getKeyType().equals(keys) && strong && signs && named;
    }

    JWSVerifier verifier(JWK key) throws JOSEException {
        return switch (this) {
            case HMAC -> new MACVerifier(key.toOctetSequenceKey());
            case RSA, RSA_PSS -> new RSASSAVerifier(key.toRSAKey());
            case ELLIPTIC_CURVE -> new ECDSAVerifier(key.toECKey());
        };
    }
}
