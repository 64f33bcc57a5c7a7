/** The public end: control listeners, sessions, endpoints, and the Dropwizard application around them. */
@NullMarked
package dev.culvert.server;

import org.jspecify.annotations.NullMarked;
