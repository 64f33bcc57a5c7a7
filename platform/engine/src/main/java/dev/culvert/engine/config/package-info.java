/** Reads a configuration: sources merged, variables substituted, keys and values checked, all problems told at once. */
@NullMarked
package dev.culvert.engine.config;

import org.jspecify.annotations.NullMarked;
