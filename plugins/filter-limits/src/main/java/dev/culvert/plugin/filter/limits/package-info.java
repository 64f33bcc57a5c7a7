/**
 * Limits the rate, number, size and duration of requests.
 */
@NullMarked
package dev.culvert.plugin.filter.limits;

import org.jspecify.annotations.NullMarked;
