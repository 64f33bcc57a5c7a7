/** Connections between client and server: transports in layers, and what a dialect sits on. */
@NullMarked
package dev.culvert.engine.wire;

import org.jspecify.annotations.NullMarked;
