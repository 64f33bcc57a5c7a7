/**
 * HTTP services by host name and path, on one port for all of them. All HTTP is done on the server; a stream carries what
 * the service speaks.
 */
@NullMarked
package dev.culvert.plugin.protocol.http;

import org.jspecify.annotations.NullMarked;
