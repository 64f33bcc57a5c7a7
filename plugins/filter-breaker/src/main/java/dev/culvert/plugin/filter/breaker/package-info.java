/**
 * Leaves a service alone for a while that fails too often.
 */
@NullMarked
package dev.culvert.plugin.filter.breaker;

import org.jspecify.annotations.NullMarked;
