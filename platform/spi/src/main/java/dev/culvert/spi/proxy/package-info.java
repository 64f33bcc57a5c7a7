/**
 * The PROXY protocol of HAProxy, versions 1 and 2: how a proxy tells who it speaks for, to this server and to a private
 * service.
 */
@NullMarked
package dev.culvert.spi.proxy;

import org.jspecify.annotations.NullMarked;
