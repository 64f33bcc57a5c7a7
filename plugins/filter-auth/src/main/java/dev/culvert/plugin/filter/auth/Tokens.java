package dev.culvert.plugin.filter.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.text.ParseException;
import java.time.Duration;
import java.util.Set;

/** Decides whether a token is the issuer's, and is good now. Thread-safe; may block. */
final class Tokens {

    static final int LONGEST = 8 * 1024;

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** Why a token is not good. */
    static final class Bad extends Exception {

        private static final long serialVersionUID = 1L;

        Bad(String why, Throwable cause) {
            super(why, cause);
        }
    }

    Tokens(String issuer, Set<String> audience, JWSKeySelector<SecurityContext> keys, Duration skew) {
        processor.setJWSKeySelector(keys); // what a token brings or points to is not looked at
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null));
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                audience, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp"), Set.of());
        claims.setMaxClockSkew((int) skew.toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * Checks a token.
     *
     * @return what it says
     * @throws Bad if it is not good
     * @throws KeySourceException if the keys are not to be had
     */
    JWTClaimsSet check(String token) throws Bad, KeySourceException {
        try {
            return processor.process(SignedJWT.parse(token), null);
        } catch (KeySourceException e) {
            throw e;
        } catch (ParseException e) {
            throw new Bad("the token is no signed JWT", e);
        } catch (BadJOSEException | JOSEException e) {
            throw new Bad("the token is not the issuer's, not for this, or no longer good", e);
        }
    }
}
