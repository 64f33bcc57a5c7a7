/**
 * How a raw connection becomes a private one.
 */
@NullMarked
package dev.culvert.spi.transport;

import org.jspecify.annotations.NullMarked;
