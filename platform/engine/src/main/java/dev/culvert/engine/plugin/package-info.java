/** Finds plugins, refuses what is not one, and hands their factories to the configuration. */
@NullMarked
package dev.culvert.engine.plugin;

import org.jspecify.annotations.NullMarked;
