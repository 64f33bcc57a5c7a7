package dev.culvert.plugin.filter.breaker;

import java.time.Duration;

/**
 * When a circuit opens and closes.
 *
 * @param failures how many of the remembered requests may fail
 * @param window how many are remembered
 * @param openFor how long it stays open
 * @param probes how many have to succeed before it closes
 */
record CircuitLimits(int failures, int window, Duration openFor, int probes) {}
