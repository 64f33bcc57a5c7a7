/** What both ends share: the context that plugins are lent, wires, the bridge, configuration, plugin loading. */
@NullMarked
package dev.culvert.engine;

import org.jspecify.annotations.NullMarked;
