/**
 * What an implementation of each SPI kind promises, as tests to extend, and the fixtures these tests stand on: event
 * loops of every transport ({@link dev.culvert.testkit.Loops}), pairs of real sockets
 * ({@link dev.culvert.testkit.SocketPair}) and a check for leaked buffers ({@link dev.culvert.testkit.LeakDetection}).
 *
 * <p>Having this jar on the class path of the tests is enough for the leak check: every test class fails that leaves a
 * reference-counted buffer unreleased.
 */
@NullMarked
package dev.culvert.testkit;

import org.jspecify.annotations.NullMarked;
