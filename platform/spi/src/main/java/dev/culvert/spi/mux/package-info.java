/**
 * How one private connection becomes many streams.
 */
@NullMarked
package dev.culvert.spi.mux;

import org.jspecify.annotations.NullMarked;
