package dev.culvert.engine.net;

import dev.culvert.spi.HostPort;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** How datagram sockets are opened and tuned: many datagrams for one call to the kernel where there is such a call. */
final class DatagramSockets {

    /**
     * Room for one datagram: the 65,507 bytes of the longest, and so much more that in a block of many their beginnings
     * do not fall on the same lines of the processor's cache.
     */
    private static final int ROOM = 65_536 + 20 * 64;

    /** How many datagrams one call reads from a socket of everybody, and from one of a single service. */
    private static final int BATCH = 16;

    private static final int BATCH_CONNECTED = 8;

    /** How many are read before others get their turn. */
    private static final int MOST_PER_TURN = 64;

    // The kernel gives less where net.core.rmem_max says so. A burst has to fit while the loop does something else.
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

    private final SocketKind kind;
    private final Resolver resolver;
    private final Descriptors descriptors;

    DatagramSockets(SocketKind kind, Resolver resolver, Descriptors descriptors) {
        this.kind = kind;
        this.resolver = resolver;
        this.descriptors = descriptors;
    }

    Future<DatagramChannel> bind(EventLoop loop, HostPort bind) {
        Promise<DatagramChannel> result = loop.newPromise();
        if (bind.host().isEmpty()) {
            bind(loop, new InetSocketAddress(bind.port()), bind, result);
            return result;
        }
        resolver.resolve(loop, bind).addListener((Future<List<InetSocketAddress>> resolved) -> {
            if (resolved.isSuccess()) {
                bind(loop, resolved.getNow().get(0), bind, result);
            } else {
                result.setFailure(Sockets.bindFailure(bind, resolved.cause()));
            }
        });
        return result;
    }

    Future<DatagramChannel> connect(EventLoop loop, HostPort target) {
        Promise<DatagramChannel> result = loop.newPromise();
        resolver.resolve(loop, target).addListener((Future<List<InetSocketAddress>> resolved) -> {
            if (resolved.isSuccess()) {
                connect(loop, resolved.getNow().get(0), result);
            } else {
                result.setFailure(resolved.cause());
            }
        });
        return result;
    }

    private void bind(EventLoop loop, InetSocketAddress address, HostPort bind, Promise<DatagramChannel> result) {
        DatagramChannel socket;
        try {
            socket = bind.host().isEmpty() ? kind.newDatagrams() : kind.newDatagrams(address.getAddress());
        } catch (RuntimeException e) {
            result.setFailure(Sockets.bindFailure(bind, e));
            return;
        }
        descriptors.entered();
        DescriptorPlace.keep(descriptors, socket);
        tune(socket, BATCH);
        socket.config().setOption(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER);
        loop.register(socket).addListener(registered -> {
            if (!registered.isSuccess()) {
                drop(socket);
                result.setFailure(Sockets.bindFailure(bind, registered.cause()));
                return;
            }
            socket.bind(address).addListener((ChannelFuture bound) -> {
                if (bound.isSuccess()) {
                    result.setSuccess(socket);
                } else {
                    socket.close();
                    result.setFailure(Sockets.bindFailure(bind, bound.cause()));
                }
            });
        });
    }

    private void connect(EventLoop loop, InetSocketAddress address, Promise<DatagramChannel> result) {
        if (!descriptors.enter()) {
            result.setFailure(new IOException(descriptors.limit()));
            return;
        }
        DatagramChannel socket;
        try {
            socket = kind.newDatagrams(address.getAddress());
        } catch (RuntimeException e) {
            descriptors.left();
            result.setFailure(e);
            return;
        }
        DescriptorPlace.keep(descriptors, socket);
        tune(socket, BATCH_CONNECTED);
        loop.register(socket).addListener(registered -> {
            if (!registered.isSuccess()) {
                drop(socket);
                result.setFailure(registered.cause());
                return;
            }
            socket.connect(address).addListener((ChannelFuture connected) -> {
                if (connected.isSuccess()) {
                    result.setSuccess(socket);
                } else {
                    socket.close();
                    result.setFailure(connected.cause());
                }
            });
        });
    }

    private static void tune(DatagramChannel socket, int batch) {
        boolean batched = socket instanceof EpollDatagramChannel;
        if (batched) {
            ((EpollDatagramChannel) socket).config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, ROOM);
        }
        FixedRecvByteBufAllocator reads = new FixedRecvByteBufAllocator(batched ? batch * ROOM : ROOM);
        reads.maxMessagesPerRead(MOST_PER_TURN);
        socket.config().setRecvByteBufAllocator(reads);
        socket.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        socket.config().setWriteBufferWaterMark(WATER_MARK);
        socket.config().setAutoRead(false);
    }

    private static void drop(DatagramChannel socket) {
        DescriptorPlace.leave(socket);
        socket.unsafe().closeForcibly();
    }
}
