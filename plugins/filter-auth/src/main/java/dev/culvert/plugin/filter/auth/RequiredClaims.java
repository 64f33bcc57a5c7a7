package dev.culvert.plugin.filter.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a token has to say besides.
 *
 * @param wanted for each claim the values of which it must have one
 */
record RequiredClaims(Map<String, List<String>> wanted) {

    boolean areIn(JWTClaimsSet claims) {
        return wanted.entrySet().stream()
                .allMatch(claim -> values(claims.getClaim(claim.getKey())).stream()
                        .anyMatch(value -> claim.getValue().contains(value)));
    }

    // A scope is words in one string (RFC 8693, section 4.2); others send lists.
    private static List<String> values(Object claim) {
        if (claim instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        return claim == null ? List.of() : Arrays.asList(claim.toString().split(" ", -1));
    }
}
