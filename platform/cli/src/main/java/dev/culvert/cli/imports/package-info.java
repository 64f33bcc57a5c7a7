/** Reads files of other tunnel programs and writes what Culvert would need instead. */
@NullMarked
package dev.culvert.cli.imports;

import org.jspecify.annotations.NullMarked;
