/**
 * The Noise Protocol Framework, revision 34, as a transport.
 *
 * <p>{@code CipherState}, {@code SymmetricState} and {@code HandshakeState} read
 * beside sections 5.1 to 5.3 of the specification and know no network; {@code NoiseHandshake} speaks them over a raw
 * channel, {@code NoiseChannel} is what a connection becomes after it.
 */
@NullMarked
package dev.culvert.plugin.transport.noise;

import org.jspecify.annotations.NullMarked;
