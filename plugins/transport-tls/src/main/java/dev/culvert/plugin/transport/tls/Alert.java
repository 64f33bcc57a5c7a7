package dev.culvert.plugin.transport.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells apart why a handshake failed, from what Java and BoringSSL say about it. */
final class Alert {

    // RFC 8446, section 6.2
    private static final List<String> ABOUT_CERTIFICATES = List.of(
            "BAD_CERTIFICATE",
            "UNSUPPORTED_CERTIFICATE",
            "CERTIFICATE_REVOKED",
            "CERTIFICATE_EXPIRED",
            "CERTIFICATE_UNKNOWN",
            "CERTIFICATE_REQUIRED",
            "UNKNOWN_CA",
            "ACCESS_DENIED");

    private static final List<String> ABOUT_AGREEMENT =
            List.of("PROTOCOL_VERSION", "HANDSHAKE_FAILURE", "NO_APPLICATION_PROTOCOL", "INSUFFICIENT_SECURITY");

    private static final List<String> NO_AGREEMENT = List.of(
            "UNSUPPORTED_PROTOCOL",
            "NO_SHARED_CIPHER",
            "NO_SHARED_GROUP",
            "NO CIPHER SUITES IN COMMON",
            "NOT ACCEPTED BY CLIENT PREFERENCES",
            "NOT ENABLED OR SUPPORTED",
            "NO NEGOTIABLE CIPHER SUITE",
            "WRONG_VERSION_NUMBER",
            "NO APPROPRIATE PROTOCOL");

    private static final List<String> NO_CERTIFICATE =
            List.of("EMPTY CLIENT CERTIFICATE CHAIN", "PEER_DID_NOT_RETURN_A_CERTIFICATE");

    private Alert() {}

    /** The alert by which the other end refused this one's certificate, or that it has none. */
    static Optional<String> aboutCertificate(Throwable failure) {
        return received(failure, ABOUT_CERTIFICATES);
    }

    static boolean isNoAgreement(Throwable failure) {
        return received(failure, ABOUT_AGREEMENT).isPresent() || says(failure, NO_AGREEMENT);
    }

    static boolean isNoCertificate(Throwable failure) {
        return says(failure, NO_CERTIFICATE);
    }

    static boolean isNotTls(Throwable failure) {
        return find(failure, NotSslRecordException.class).isPresent();
    }

    static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause(), depth++) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> received(Throwable failure, List<String> names) {
        String said = said(failure);
        if (!said.contains("RECEIVED FATAL ALERT") && !said.contains("_ALERT_")) {
            return Optional.empty();
        }
        return names.stream().filter(said::contains).findFirst().map(name -> name.toLowerCase(Locale.ROOT));
    }

    private static boolean says(Throwable failure, List<String> phrases) {
        String said = said(failure);
        return phrases.stream().anyMatch(said::contains);
    }

    private static String said(Throwable failure) {
        StringBuilder said = new StringBuilder();
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause(), depth++) {
            said.append(cause.getMessage()).append('\n');
        }
        return said.toString().toUpperCase(Locale.ROOT);
    }
}
