/**
 * Streams as Netty channels.
 */
@NullMarked
package dev.culvert.spi.stream;

import org.jspecify.annotations.NullMarked;
