/**
 * Bearer tokens of an issuer, sent as RFC 7628 ({@code OAUTHBEARER}) has it and only on private transports.
 *
 * <p>On the server {@link dev.culvert.plugin.auth.jwt.TokenReader} takes a token apart without trusting it, a {@link
 * dev.culvert.plugin.auth.jwt.KeySource} has the issuer's keys, and {@link dev.culvert.plugin.auth.jwt.TokenJudge}
 * decides. On the client a {@link dev.culvert.plugin.auth.jwt.TokenSource} has the token.
 */
@NullMarked
package dev.culvert.plugin.auth.jwt;

import org.jspecify.annotations.NullMarked;
