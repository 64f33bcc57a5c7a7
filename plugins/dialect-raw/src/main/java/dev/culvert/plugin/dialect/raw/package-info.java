/**
 * The dialect without words: every stream is a visitor.
 */
@NullMarked
package dev.culvert.plugin.dialect.raw;

import org.jspecify.annotations.NullMarked;
