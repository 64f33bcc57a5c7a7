package dev.culvert.engine.net;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One attempt to reach a target: its addresses in turn until one answers. Lives on one loop. */
final class Dial {

    private final EventLoop loop;
    private final Function<? super InetAddress, ? extends SocketChannel> sockets;
    private final Iterator<InetSocketAddress> addresses;
    private final Promise<DuplexChannel> result;
    private @Nullable Throwable failure;

    Dial(
            EventLoop loop,
            Function<? super InetAddress, ? extends SocketChannel> sockets,
            List<InetSocketAddress> addresses,
            Promise<DuplexChannel> result) {
        this.loop = loop;
        this.sockets = sockets;
        this.addresses = addresses.iterator();
        this.result = result;
    }

    void next() {
        if (result.isDone()) {
            return; // nobody waits any more
        }
        if (!addresses.hasNext()) {
            result.tryFailure(failure != null ? failure : new ConnectException("no address"));
            return;
        }
        InetSocketAddress address = addresses.next();
        SocketChannel channel;
        try {
            channel = sockets.apply(address.getAddress());
        } catch (RuntimeException e) {
            fail(e); // out of descriptors, most likely
            return;
        }
        loop.register(channel).addListener(registered -> {
            if (registered.isSuccess()) {
                connect(channel, address);
            } else {
                channel.unsafe().closeForcibly();
                fail(registered.cause());
            }
        });
    }

    private void connect(SocketChannel channel, InetSocketAddress address) {
        result.addListener(done -> {
            if (done.isCancelled()) {
                channel.close();
            }
        });
        channel.connect(address).addListener(connected -> {
            if (!connected.isSuccess()) {
                channel.close();
                fail(connected.cause());
            } else if (address.equals(channel.localAddress())) {
                // The kernel chose the very port that nobody listens on as the local one, and TCP then connects
                // a socket with itself.
                LingeringClose.reset(channel);
                fail(new ConnectException("Connection refused: " + address));
            } else if (!result.trySuccess(channel)) {
                channel.close();
            }
        });
    }

    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        } else if (failure != cause) {
            failure.addSuppressed(cause);
        }
        next();
    }
}
