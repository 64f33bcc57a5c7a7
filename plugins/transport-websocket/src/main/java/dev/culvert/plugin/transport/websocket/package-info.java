/**
 * Connections as a WebSocket (RFC 6455), for networks and fronts that let nothing else through.
 */
@NullMarked
package dev.culvert.plugin.transport.websocket;

import org.jspecify.annotations.NullMarked;
