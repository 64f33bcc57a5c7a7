/**
 * What an http tunnel does to a request before its service sees it.
 *
 * <p>A filter is asked once for each request ({@link dev.culvert.spi.http.HttpFilter#request}) and lets it pass or answers
 * it. With what it lets pass it can send a {@link dev.culvert.spi.http.HttpPassage}, which sees the bodies, the answer and
 * the end. Requests go through filters in the order of the file, the server's before the tunnel's; answers come back
 * through them in the opposite order. It is all the same to a filter whether the visitor speaks HTTP/1.1 or HTTP/2.
 *
 * <p>Everything runs on the visitor's event loop, one call at a time for one request, unless a method says otherwise.
 */
@NullMarked
package dev.culvert.spi.http;

import org.jspecify.annotations.NullMarked;
