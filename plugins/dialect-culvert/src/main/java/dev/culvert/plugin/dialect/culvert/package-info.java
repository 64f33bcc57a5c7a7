/**
 * The native session protocol, as {@code docs/protocol.md} specifies it.
 */
@NullMarked
package dev.culvert.plugin.dialect.culvert;

import org.jspecify.annotations.NullMarked;
