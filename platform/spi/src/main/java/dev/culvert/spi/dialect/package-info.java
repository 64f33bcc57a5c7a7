/**
 * How client and server agree on who is there, which tunnels exist, and how a stream opens.
 */
@NullMarked
package dev.culvert.spi.dialect;

import org.jspecify.annotations.NullMarked;
