package dev.culvert.server;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which {@code [[auth]]} sections can stand beside each other. */
final class SharedMechanisms {

    private static final InetSocketAddress ANYBODY = new InetSocketAddress("127.0.0.1", 1);

    private SharedMechanisms() {}

    /**
     * Refuses sections that offer one mechanism and could not tell whose credential it is: only the first would ever be
     * asked.
     */
    static void requireDistinct(List<Authenticator> authenticators) {
        for (boolean confidential : new boolean[] {true, false}) {
            Set<String> taken = new HashSet<>();
            for (Authenticator authenticator : authenticators) {
                for (String mechanism : offers(authenticator, confidential)) {
                    if (!authenticator.standsAside() && !taken.add(mechanism)) {
                        throw new CulvertException(
                                ConfigError.CONFLICTING_KEYS,
                                "auth: two sections let clients in by " + mechanism
                                        + ", and a login does not say which of them it is for (expected: one section"
                                        + " that knows all of these credentials).");
                    }
                }
            }
        }
    }

    /** Whether a connection that others may read leads anywhere. */
    static boolean anyWithoutPrivacy(List<Authenticator> authenticators) {
        return authenticators.stream()
                .anyMatch(authenticator -> !offers(authenticator, false).isEmpty());
    }

    private static List<String> offers(Authenticator authenticator, boolean confidential) {
        return authenticator.mechanisms(new AuthenticationContext(ANYBODY, null, Map.of(), confidential));
    }
}
