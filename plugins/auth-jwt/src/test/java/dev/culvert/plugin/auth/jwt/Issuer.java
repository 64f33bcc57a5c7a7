package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.function.Consumer;

/** Somebody who issues tokens, with a key of its own. */
final class Issuer {

    static final String NAME = "https://issuer.example";

    static final String AUDIENCE = "culvert";

    final RSAKey key;

    Issuer(String keyId) {
        try {
            key = new RSAKeyGenerator(2048).keyID(keyId).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Its public keys, and those of others, as a document. */
    String keys(Issuer... others) {
        StringBuilder keys = new StringBuilder(key.toPublicJWK().toJSONString());
        for (Issuer other : others) {
            keys.append(',').append(other.key.toPublicJWK().toJSONString());
        }
        return "{\"keys\":[" + keys + "]}";
    }

    String privateKeys() {
        return new JWKSet(key).toString(false);
    }

    /** A token of alice's, good for ten minutes. */
    String token(Instant now) {
        return token(now, claims -> {});
    }

    String token(Instant now, Consumer<JWTClaimsSet.Builder> change) {
        return token(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), now, change);
    }

    String token(JWSHeader header, Instant now, Consumer<JWTClaimsSet.Builder> change) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(NAME)
                .audience(AUDIENCE)
                .subject("alice")
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(600)));
        change.accept(claims);
        try {
            SignedJWT token = new SignedJWT(header, claims.build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** A token with claims in any form. */
    String token(String claims) {
        try {
            JWSObject token = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    new Payload(claims));
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }
}
