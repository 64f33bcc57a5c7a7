/**
 * Who has which endpoint, and through whom it is reached.
 */
@NullMarked
package dev.culvert.spi.registry;

import org.jspecify.annotations.NullMarked;
