/**
 * Connections that carry streams.
 */
@NullMarked
package dev.culvert.spi.link;

import org.jspecify.annotations.NullMarked;
