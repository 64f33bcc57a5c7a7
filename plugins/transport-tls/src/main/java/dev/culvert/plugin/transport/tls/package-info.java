/**
 * Connections that nobody on the way can read or change: TLS (RFC 8446).
 */
@NullMarked
package dev.culvert.plugin.transport.tls;

import org.jspecify.annotations.NullMarked;
