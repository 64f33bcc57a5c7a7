/** Culvert as a library: a server and a client inside another program. */
@NullMarked
package dev.culvert.embedded;

import org.jspecify.annotations.NullMarked;
