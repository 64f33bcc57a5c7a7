package dev.culvert.plugin.transport.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;

/** Turns session resumption off: each connection proves everything anew, and no ticket can be stolen. */
final class Resumption {

    /** Java sends no ticket of a session that lives longer than a ticket may: seven days (RFC 8446, section 4.6.1). */
    static final long TOO_LONG_FOR_TICKETS = 8L * 24 * 60 * 60;

    private Resumption() {}

    static void disable(SslContext context) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
    }

    /** Netty turns the tickets of TLS 1.3 on for each engine, whatever its context says. */
    static void disable(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            SSL.setOptions(boring.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
    }
}
