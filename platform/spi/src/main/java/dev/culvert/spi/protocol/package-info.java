/**
 * How a kind of tunnel is exposed by a server and delivered by a client.
 */
@NullMarked
package dev.culvert.spi.protocol;

import org.jspecify.annotations.NullMarked;
