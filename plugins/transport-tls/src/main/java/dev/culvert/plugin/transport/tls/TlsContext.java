package dev.culvert.plugin.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * What connections are made from.
 *
 * @param ssl Netty's part; reference-counted with BoringSSL
 * @param identity who this end is, or null for a client that does not say
 */
record TlsContext(SslContext ssl, @Nullable Identity identity) {

    /** The handler of one connection; it keeps what it needs of this context. */
    SslHandler accept(ByteBufAllocator allocator) {
        return ssl.newHandler(allocator);
    }

    /** The same, to a server of this name. */
    SslHandler connect(ByteBufAllocator allocator, String name, int port) {
        return ssl.newHandler(allocator, name, port);
    }

    void release() {
        ReferenceCountUtil.release(ssl);
    }
}
