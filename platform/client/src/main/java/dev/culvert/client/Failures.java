package dev.culvert.client;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorType;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Finds the failure that a person can act on inside what futures wrap around it. */
final class Failures {

    private Failures() {}

    static CulvertException of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof CulvertException known
                ? known
                : new CulvertException(WireError.CONNECTION_LOST, cause + ".", cause);
    }

    /** With its code; empty for null. */
    static String text(@Nullable CulvertException cause) {
        return cause == null ? "" : cause.reason();
    }

    /** Why there is no connection. */
    static CulvertException unreachable(HostPort target, @Nullable Throwable cause) {
        if (cause instanceof CulvertException known) {
            return known;
        }
        String why = cause == null ? "the connection was taken away" : String.valueOf(cause.getMessage());
        return new CulvertException(WireError.UNREACHABLE, "server " + target + ": " + why + ".", cause);
    }

    /**
     * Whether the failure is the other end's answer about who may talk to whom, and not something that a network does.
     * Nobody is to get another, perhaps weaker, try by giving such an answer. Of codes that are not ours only the kind is
     * known.
     */
    static boolean forbidsAnotherWay(CulvertException cause) {
        boolean ours = cause.code().prefix().equals(AuthError.CREDENTIAL_REJECTED.prefix());
        return ours ? isAuthentication(cause) : cause.code().type() == ErrorType.USER;
    }

    /** Whether the server said that this client may not come in: a retry will hardly mend it. */
    static boolean isAuthentication(CulvertException cause) {
        int number = cause.code().number();
        boolean ours = cause.code().prefix().equals(AuthError.CREDENTIAL_REJECTED.prefix());
        return ours && number >= 2000 && number < 3000 && number != AuthError.LOGIN_TIMEOUT.number();
    }
}
