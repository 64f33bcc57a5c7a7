package dev.culvert.plugin.yamux;

import dev.culvert.spi.Role;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;

/** Opens sessions, and sets their connections up for many streams at a time. */
final class YamuxMultiplexer implements Multiplexer {

    private static final int READ_MAX = 128 * 1024;
    private static final int READS_PER_TURN = 4;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    // By name: the class is only there where the native transport is. Keeps the kernel's queue short, so that a stream
    // that becomes ready does not wait behind megabytes of another's.
    private static final ChannelOption<Long> NOT_SENT_LOW_WATER_MARK =
            ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_NOTSENT_LOWAT");

    private static final long NOT_SENT_MAX = 128 * 1024;

    private final YamuxSettings settings;

    YamuxMultiplexer(YamuxSettings settings) {
        this.settings = settings;
    }

    @Override
    public Link open(PrivateConnection connection, Role role) {
        ChannelConfig config = connection.channel().config();
        config.setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(512, 8 * 1024, READ_MAX).maxMessagesPerRead(READS_PER_TURN));
        config.setWriteBufferWaterMark(WATER_MARK);
        config.setOption(NOT_SENT_LOW_WATER_MARK, NOT_SENT_MAX);
        return new YamuxLink(connection, role, settings);
    }
}
