package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.dialect.DialReply;
import io.netty.channel.socket.DuplexChannel;

/** A reply on a wire that has no place for one: bytes, or a reset. */
record WordlessReply(DuplexChannel stream) implements DialReply {

    @Override
    public void connected() {
        // The service's bytes are the answer.
    }

    @Override
    public void refused(CulvertException cause) {
        RawDialect.reset(stream);
    }
}
