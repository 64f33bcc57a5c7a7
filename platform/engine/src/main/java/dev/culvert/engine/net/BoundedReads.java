package dev.culvert.engine.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sizes receive buffers by what arrives, up to 128 KiB, and gives others their turn after four of them.
 *
 * <p>Once a peer has sent FIN, Netty's epoll and io_uring channels read on to the end whatever auto-read and the limit of messages
 * say: a peer that fills the kernel's buffer and ends costs this process as much direct memory, for as long as the other
 * side is slow. Here a turn that is over gets an empty buffer, and the zero bytes read into it count as nothing to read
 * yet, not as the end. The rest stays with the kernel until the next turn.
 */
final class BoundedReads extends AdaptiveRecvByteBufAllocator {

    static final int MINIMUM_BYTES = 512;
    static final int INITIAL_BYTES = 4 * 1024;
    static final int MAXIMUM_BYTES = 128 * 1024;
    static final int MESSAGES_PER_TURN = 4;

    private final ReadAllowance allowance;

    /** Makes one, to be shared by all channels. */
    BoundedReads() {
        this(ReadAllowance.UNLIMITED);
    }

    /** Makes one for a channel that may not be read beyond an allowance. */
    BoundedReads(ReadAllowance allowance) {
        super(MINIMUM_BYTES, INITIAL_BYTES, MAXIMUM_BYTES);
        this.allowance = allowance;
        maxMessagesPerRead(MESSAGES_PER_TURN);
    }

    @Override
    @SuppressWarnings("deprecation") // Handle is, but Netty asks for no other
    public Handle newHandle() {
        return new Turn(super.newHandle(), allowance);
    }

    @SuppressWarnings("deprecation")
    private static final class Turn extends RecvByteBufAllocator.DelegatingHandle implements ExtendedHandle {

        private final ReadAllowance allowance;
        private @Nullable ChannelConfig config;
        private int messages;
        private boolean over;

        Turn(Handle handle, ReadAllowance allowance) {
            super(handle);
            this.allowance = allowance;
        }

        @Override
        public void reset(ChannelConfig config) {
            this.config = config;
            messages = 0;
            over = false;
            super.reset(config);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            over = messages > 0 && (messages >= MESSAGES_PER_TURN || config == null || !config.isAutoRead());
            if (over) {
                return allocator.directBuffer(0, 0);
            }
            return allowance.isLifted()
                    ? super.allocate(allocator)
                    : allocator.ioBuffer(allowance.limit(delegate().guess()));
        }

        @Override
        public void lastBytesRead(int bytes) {
            if (bytes > 0 && !allowance.isLifted()) {
                allowance.read(bytes);
            }
            super.lastBytesRead(bytes);
        }

        @Override
        public int lastBytesRead() {
            return over ? 0 : super.lastBytesRead();
        }

        @Override
        public void incMessagesRead(int count) {
            messages += count;
            super.incMessagesRead(count);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore);
        }
    }
}
