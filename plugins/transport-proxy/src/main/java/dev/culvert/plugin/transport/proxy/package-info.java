/**
 * Ways to a server through somebody else's proxy.
 */
@NullMarked
package dev.culvert.plugin.transport.proxy;

import org.jspecify.annotations.NullMarked;
