/**
 * Compresses answers on their way to the visitor.
 */
@NullMarked
package dev.culvert.plugin.filter.compression;

import org.jspecify.annotations.NullMarked;
