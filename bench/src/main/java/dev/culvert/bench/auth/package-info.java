/** What a login costs, and whether its duration tells a stranger anything. */
@NullMarked
package dev.culvert.bench.auth;

import org.jspecify.annotations.NullMarked;
