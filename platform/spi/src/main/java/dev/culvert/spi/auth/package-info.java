/**
 * How a client proves who it is, and how a server decides.
 */
@NullMarked
package dev.culvert.spi.auth;

import org.jspecify.annotations.NullMarked;
