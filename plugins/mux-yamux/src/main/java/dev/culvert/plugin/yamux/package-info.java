/**
 * Many streams over one connection, by the <a href="https://github.com/hashicorp/yamux/blob/master/spec.md">yamux
 * specification</a> of hashicorp.
 *
 * <p>{@link dev.culvert.plugin.yamux.YamuxLink} holds the session together. Everything in it happens on the
 * connection's event loop.
 */
@NullMarked
package dev.culvert.plugin.yamux;

import org.jspecify.annotations.NullMarked;
