/**
 * Named tokens, proven by SCRAM-SHA-256 (RFC 5802, RFC 7677) and never sent.
 *
 * <p>The wire values ({@link dev.culvert.plugin.auth.token.ClientFirst} and its three neighbours) know no keys, the two
 * conversations ({@link dev.culvert.plugin.auth.token.ScramServer}, {@link dev.culvert.plugin.auth.token.ScramClient})
 * know no files, and {@link dev.culvert.plugin.auth.token.TokenStore} knows which tokens are good at this moment.
 */
@NullMarked
package dev.culvert.plugin.auth.token;

import org.jspecify.annotations.NullMarked;
