package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says to people what failed, on the side that can act. */
final class Outcome {

    private Outcome() {}

    /** Why a client has no connection. */
    static CulvertException ofClient(Throwable failure, HostPort server) {
        Optional<RefusedCertificate> refused = Alert.find(failure, RefusedCertificate.class);
        if (refused.isPresent()) {
            return wrongServer(refused.get(), server);
        }
        Optional<String> alert = Alert.aboutCertificate(failure);
        if (alert.isPresent()) {
            return refusedClient(alert.get(), failure);
        }
        return ofEither(failure, "server " + server);
    }

    /** Why a server did not take a connection. */
    static CulvertException ofServer(Throwable failure) {
        Optional<RefusedCertificate> refused = Alert.find(failure, RefusedCertificate.class);
        if (refused.isPresent()) {
            RefusedCertificate certificate = refused.get();
            return new CulvertException(
                    AuthError.CLIENT_CERTIFICATE,
                    "the client's certificate " + certificate.seen() + " (" + certificate.subject()
                            + ") is not accepted: " + certificate.getMessage() + ".",
                    failure);
        }
        if (Alert.isNoCertificate(failure)) {
            return new CulvertException(AuthError.CLIENT_CERTIFICATE, "the client has no certificate.", failure);
        }
        Optional<String> alert = Alert.aboutCertificate(failure);
        if (alert.isPresent()) {
            return new CulvertException(
                    WireError.TRANSPORT_FAILED,
                    "tls: the client does not trust this server's certificate (" + alert.get() + ").",
                    failure);
        }
        return ofEither(failure, "the client");
    }

    /** A failure after the handshake. In TLS 1.3 that is when a server says what it thinks of a client's certificate. */
    static Throwable lateOfClient(Throwable failure) {
        Optional<String> alert = Alert.aboutCertificate(failure);
        return alert.isPresent() ? refusedClient(alert.get(), failure) : late(failure);
    }

    /** A failure after the handshake: what Netty wraps around it is nobody's business. */
    static Throwable late(Throwable failure) {
        Optional<SSLException> tls = Alert.find(failure, SSLException.class);
        return tls.isPresent() ? tls.get() : failure;
    }

    private static CulvertException wrongServer(RefusedCertificate refused, HostPort server) {
        return new CulvertException(
                AuthError.SERVER_CERTIFICATE,
                "server " + server + " shows " + refused.seen() + " (" + refused.subject() + "), not trusted: "
                        + refused.getMessage() + ". If it is the right one: --pin " + refused.seen()
                        + ", or transport = { type = \"tls\", pin = \"" + refused.seen() + "\" } in the client's file.",
                refused);
    }

    private static CulvertException refusedClient(String alert, Throwable failure) {
        return new CulvertException(
                AuthError.CLIENT_CERTIFICATE,
                "the server did not accept this client's certificate, or wants one (" + alert + ").",
                failure);
    }

    private static CulvertException ofEither(Throwable failure, String other) {
        if (Alert.isNotTls(failure)) {
            return new CulvertException(WireError.NOT_ENCRYPTED, other + " does not speak TLS.", failure);
        }
        if (Alert.isNoAgreement(failure)) {
            return new CulvertException(
                    WireError.NO_COMMON_ENCRYPTION,
                    other + " shares no version or suite of TLS with this end (" + last(failure) + ").",
                    failure);
        }
        String why = Alert.find(failure, ClosedChannelException.class).isPresent()
                ? "the connection ended during the handshake"
                : last(failure);
        return new CulvertException(WireError.TRANSPORT_FAILED, "tls: " + other + ": " + why + ".", failure);
    }

    private static String last(Throwable failure) {
        Throwable tls = late(failure);
        Throwable cause = tls.getCause() instanceof SSLException inner ? inner : tls;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
