/**
 * Who has which endpoint, in the memory of one server.
 */
@NullMarked
package dev.culvert.engine.registry;

import org.jspecify.annotations.NullMarked;
