/**
 * Connections as they are: no encryption.
 */
@NullMarked
package dev.culvert.plugin.transport.plain;

import org.jspecify.annotations.NullMarked;
