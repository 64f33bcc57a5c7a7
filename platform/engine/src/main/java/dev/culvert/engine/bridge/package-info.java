/**
 * Two channels joined: both directions, half-closes, resets and backpressure included.
 */
@NullMarked
package dev.culvert.engine.bridge;

import org.jspecify.annotations.NullMarked;
