/** The command line: {@code culvert server}, {@code culvert client} and what helps with them. */
@NullMarked
package dev.culvert.cli;

import org.jspecify.annotations.NullMarked;
