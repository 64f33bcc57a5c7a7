/** The end beside the private service: keeps sessions to a server and delivers what arrives on them. */
@NullMarked
package dev.culvert.client;

import org.jspecify.annotations.NullMarked;
