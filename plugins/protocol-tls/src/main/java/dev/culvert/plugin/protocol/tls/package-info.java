/**
 * TLS services by the name that a visitor asks for, carried as they are: nobody on the way can read them.
 */
@NullMarked
package dev.culvert.plugin.protocol.tls;

import org.jspecify.annotations.NullMarked;
