/** What a running process is told over its loopback administration. */
@NullMarked
package dev.culvert.engine.control;

import org.jspecify.annotations.NullMarked;
