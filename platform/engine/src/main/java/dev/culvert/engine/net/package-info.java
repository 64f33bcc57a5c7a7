/**
 * Sockets: which kernel interface they use, how they are tuned, how they are opened and handed over.
 */
@NullMarked
package dev.culvert.engine.net;

import org.jspecify.annotations.NullMarked;
