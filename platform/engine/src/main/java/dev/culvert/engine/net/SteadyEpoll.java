package dev.culvert.engine.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll handler, frugal, and without its hole.
 *
 * <p>Frugal: what a channel wishes to know is told to the kernel before the next wait, once, and only if it is not what
 * the kernel knows. Within a turn of the loop channels change their minds: a connection that is made asks for room,
 * for nothing twice, then for bytes; one whose other side is full stops and goes on. Three of ten calls are saved for a
 * connection of a few bytes.
 *
 * <p>Without its hole: a descriptor stays registered while nothing is to be known about it.
 *
 * <p>A channel that has seen FIN and is neither reading nor waiting to write asks for no event. Netty 4.2.13 to (at
 * least) 4.2.18 then takes the descriptor out of epoll, and forgets that it did: the next wish, to read again or to
 * wait for room to write, fails with {@code epoll_ctl(..) failed with error(-2)} and breaks the connection. That is
 * every half-closed connection with a large reply. See <a
 * href="https://github.com/netty/netty/pull/16689">netty#16689</a>, where the removal came in, against loops that spin
 * on a reset.
 *
 * <p>No event at all, edge-triggered, is the same wish without either fault: the kernel reports a reset once.
 */
final class SteadyEpoll implements IoHandler {

    private static final Logger log = LoggerFactory.getLogger("dev.culvert.net");

    private final ThreadAwareExecutor loop;
    private final IoHandler epoll;
    private final ArrayDeque<Registration> changed = new ArrayDeque<>();

    private SteadyEpoll(ThreadAwareExecutor loop, IoHandler epoll) {
        this.loop = loop;
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new SteadyEpoll(executor, factory.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return factory.isChangingThreadSupported();
            }
        };
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(loop, handle, epoll.register(handle), changed);
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        for (Registration next = changed.poll(); next != null; next = changed.poll()) {
            next.tell();
        }
        return epoll.run(context);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    /** A channel's descriptor, as the channel wants it and as the kernel has it. */
    private static final class Registration implements IoRegistration {

        private final ThreadAwareExecutor loop;
        private final IoHandle handle;
        private final IoRegistration registration;
        private final Queue<Registration> changed;
        private @Nullable IoOps wanted;
        private @Nullable IoOps told;

        Registration(
                ThreadAwareExecutor loop, IoHandle handle, IoRegistration registration, Queue<Registration> changed) {
            this.loop = loop;
            this.handle = handle;
            this.registration = registration;
            this.changed = changed;
        }

        @Override
        public long submit(IoOps ops) {
            if (!loop.isExecutorThread(Thread.currentThread())) {
                loop.execute(() -> submit(ops));
                return 0;
            }
            if (wanted == null) {
                changed.add(this);
            }
            wanted = EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops;
            return 0;
        }

        /** Tells the kernel what has changed. A channel whose descriptor it refuses would wait for ever. */
        void tell() {
            IoOps ops = wanted;
            wanted = null;
            if (ops == null || ops.equals(told) || !registration.isValid()) {
                return;
            }
            told = ops;
            try {
                registration.submit(ops);
            } catch (RuntimeException e) {
                log.warn("A connection is dropped, since the kernel does not watch it: {}", e.getMessage());
                drop();
            }
        }

        private void drop() {
            try {
                handle.close();
            } catch (Exception e) {
                log.debug("It does not close either", e);
            }
        }

        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
