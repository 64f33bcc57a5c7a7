/** What carrying bytes costs: a multiplexer by itself, without a kernel below it, and a bridge between two sockets. */
@NullMarked
package dev.culvert.bench.stream;

import org.jspecify.annotations.NullMarked;
