/**
 * The load that measurements put on a tunnel: one service behind it, and what visits it.
 *
 * <p>It has to cost less than what it measures, so bulk data moves through direct buffers on blocking channels, one
 * thread a stream, and everything small runs on one selector. It has to be honest, so every block of bulk data carries
 * a sequence number, and both ends' byte counts are compared.
 */
@NullMarked
package dev.culvert.bench.load;

import org.jspecify.annotations.NullMarked;
