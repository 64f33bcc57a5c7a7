/**
 * A public TCP port that leads to a private one.
 */
@NullMarked
package dev.culvert.plugin.protocol.tcp;

import org.jspecify.annotations.NullMarked;
