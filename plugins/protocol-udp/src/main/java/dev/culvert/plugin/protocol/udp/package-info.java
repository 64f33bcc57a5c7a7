/**
 * A public UDP port that leads to a private one.
 */
@NullMarked
package dev.culvert.plugin.protocol.udp;

import org.jspecify.annotations.NullMarked;
