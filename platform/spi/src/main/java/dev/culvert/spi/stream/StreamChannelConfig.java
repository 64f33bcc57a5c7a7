package dev.culvert.spi.stream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.util.Map;

/** The options of a stream. Small: there is one for every visitor. */
final class StreamChannelConfig extends DefaultChannelConfig {

    // A stream allocates nothing to receive, so all of them share one that is never used.
    private static final RecvByteBufAllocator UNUSED = new FixedRecvByteBufAllocator(1);

    private final StreamChannel stream;
    private volatile boolean allowHalfClosure = true;
    private volatile int linger = -1;

    StreamChannelConfig(StreamChannel stream, ByteBufAllocator allocator) {
        super(stream, UNUSED);
        this.stream = stream;
        setAllocator(allocator);
        // Nobody is there yet to take what arrives.
        super.setAutoRead(false);
    }

    boolean allowsHalfClosure() {
        return allowHalfClosure;
    }

    boolean closesWithReset() {
        return linger == 0;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE, ChannelOption.SO_LINGER);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        if (option.equals(ChannelOption.SO_LINGER)) {
            return (T) Integer.valueOf(linger);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
            validate(option, value);
            allowHalfClosure = (Boolean) value;
            return true;
        }
        if (option.equals(ChannelOption.SO_LINGER)) {
            validate(option, value);
            linger = (Integer) value;
            return true;
        }
        return super.setOption(option, value);
    }

    @Override
    @Deprecated
    public ChannelConfig setMaxMessagesPerRead(int messages) {
        return this; // the limit is StreamChannel's
    }

    @Override
    protected void autoReadCleared() {
        stream.clearReadPending();
    }
}
