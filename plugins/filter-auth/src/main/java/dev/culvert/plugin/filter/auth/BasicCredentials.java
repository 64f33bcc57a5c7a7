package dev.culvert.plugin.filter.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.http.HttpExchange;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A name and a password as a request brings them (RFC 7617).
 *
 * @param user the name
 * @param password the password
 */
record BasicCredentials(String user, String password) {

    private static final String SCHEME = "Basic ";
    private static final int LONGEST = 4096;

    /** Reads them; empty if there are none, or not exactly one pair that can be read. */
    static Optional<BasicCredentials> of(HttpExchange exchange) {
        List<String> headers = exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        String header = headers.size() == 1 ? headers.get(0) : "";
        if (header.length() > LONGEST || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            String pair = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new BasicCredentials(pair.substring(0, colon), pair.substring(colon + 1)));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "BasicCredentials[****]";
    }
}
