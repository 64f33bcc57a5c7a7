package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.auth.AuthenticationContext;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What ties a conversation to the connection that carries it (RFC 5056), so that nobody in the middle can relay it.
 *
 * @param gs2Header how the first message announces it
 * @param data what both ends know of the connection
 */
record ChannelBinding(String gs2Header, byte[] data) {

    /** None: the transport has no binding, or both ends agreed not to use it. */
    static final ChannelBinding NONE = new ChannelBinding("n,,", new byte[0]);

    /** The binding that a client uses; where a transport has several, any will do, and both ends have the same. */
    static Optional<ChannelBinding> of(AuthenticationContext context) {
        return new TreeMap<>(context.bindings())
                .entrySet().stream()
                        .findFirst()
                        .map(binding -> new ChannelBinding("p=" + binding.getKey() + ",,", binding.getValue()));
    }

    /** The binding that a client announced, if this connection has it. */
    static Optional<ChannelBinding> announced(String gs2Header, AuthenticationContext context) {
        if (!gs2Header.startsWith("p=")) {
            return Optional.empty();
        }
        return context.binding(gs2Header.substring("p=".length(), gs2Header.length() - ",,".length()))
                .map(data -> new ChannelBinding(gs2Header, data));
    }

    /** {@code cbind-input}. */
    byte[] input() {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.writeBytes(gs2Header.getBytes(UTF_8));
        input.writeBytes(data);
        return input.toByteArray();
    }
}
