/** What happens, told: events to listeners, the connection log. */
@NullMarked
package dev.culvert.engine.telemetry;

import org.jspecify.annotations.NullMarked;
