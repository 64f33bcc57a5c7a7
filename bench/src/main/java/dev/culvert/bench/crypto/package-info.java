/** What the JDK's ciphers cost. */
@NullMarked
package dev.culvert.bench.crypto;

import org.jspecify.annotations.NullMarked;
