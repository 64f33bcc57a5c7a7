/**
 * What happens to sessions, tunnels and visitors, for telemetry.
 */
@NullMarked
package dev.culvert.spi.event;

import org.jspecify.annotations.NullMarked;
