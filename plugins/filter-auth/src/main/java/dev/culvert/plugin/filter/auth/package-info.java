/**
 * Lets requests pass that bring a password or a token of an issuer.
 */
@NullMarked
package dev.culvert.plugin.filter.auth;

import org.jspecify.annotations.NullMarked;
