package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.HttpError;

/**
 * Instead of a request: what a visitor sent is none.
 *
 * @param error what is wrong with it
 */
record Fault(HttpError error) {}
