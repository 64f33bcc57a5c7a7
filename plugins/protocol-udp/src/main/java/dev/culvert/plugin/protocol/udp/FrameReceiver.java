package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Takes what the other end of a lane says. Called on the loop of whoever owns the lane. */
interface FrameReceiver {

    /** A datagram; ownership of the payload passes. */
    void datagram(int flow, ByteBuf payload);

    /** A flow begins. */
    void opened(int flow, StreamOrigin origin);

    /** A flow has ended at the other end; null if that is normal. */
    void closed(int flow, @Nullable CulvertException cause);

    /** There is no more for now. */
    void turnEnded();

    /** The lane is no more; nothing else is called from now on. Null if its other end ended it. */
    void lost(@Nullable CulvertException cause);
}
