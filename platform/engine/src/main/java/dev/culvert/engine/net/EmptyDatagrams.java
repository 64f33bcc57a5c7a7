package dev.culvert.engine.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams without a byte, which are datagrams like others. Netty takes them for nothing to do, on all of its
 * transports; so these go to the kernel by themselves, past those that wait for a flush.
 */
abstract class EmptyDatagrams extends ChannelOutboundHandlerAdapter {

    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);

    private static final EmptyDatagrams NATIVE = new Native();

    /** On a socket of epoll or io_uring. */
    static DatagramChannel allowedOn(DatagramChannel socket) {
        socket.pipeline().addFirst(NATIVE);
        return socket;
    }

    /** A socket of Java's. */
    static DatagramChannel nio(@Nullable SocketProtocolFamily family) {
        try {
            java.nio.channels.DatagramChannel socket = family == null
                    ? java.nio.channels.DatagramChannel.open()
                    : java.nio.channels.DatagramChannel.open(family.toJdkFamily());
            DatagramChannel channel = new NioDatagramChannel(socket);
            channel.pipeline().addFirst(new Nio(socket));
            return channel;
        } catch (IOException e) {
            throw new ChannelException("no datagram socket", e);
        }
    }

    /** For a socket of epoll and io_uring. */
    @ChannelHandler.Sharable
    private static final class Native extends EmptyDatagrams {

        @Override
        void send(ChannelHandlerContext ctx, @Nullable InetSocketAddress to) throws IOException {
            Socket socket = (Socket) ((UnixChannel) ctx.channel()).fd();
            if (to == null) {
                socket.send(EMPTY, 0, 0);
            } else {
                socket.sendTo(EMPTY, 0, 0, to.getAddress(), to.getPort());
            }
        }
    }

    /** For a socket of Java's. */
    private static final class Nio extends EmptyDatagrams {

        private final java.nio.channels.DatagramChannel socket;

        Nio(java.nio.channels.DatagramChannel socket) {
            this.socket = socket;
        }

        @Override
        void send(ChannelHandlerContext ctx, @Nullable InetSocketAddress to) throws IOException {
            SocketAddress peer = socket.getRemoteAddress();
            if (peer == null) {
                socket.send(EMPTY.duplicate(), to);
                return;
            }
            // Connected, Java too takes it for nothing to do. It drops what arrives between these two calls.
            socket.disconnect();
            try {
                socket.send(EMPTY.duplicate(), peer);
            } finally {
                socket.connect(peer);
            }
        }
    }

    abstract void send(ChannelHandlerContext ctx, @Nullable InetSocketAddress to) throws IOException;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof DatagramPacket packet && !packet.content().isReadable()) {
            send(ctx, packet, packet.recipient(), promise);
        } else if (message instanceof ByteBuf bytes && !bytes.isReadable()) {
            send(ctx, bytes, null, promise);
        } else {
            ctx.write(message, promise);
        }
    }

    private void send(ChannelHandlerContext ctx, Object message, @Nullable SocketAddress to, ChannelPromise promise) {
        ReferenceCountUtil.release(message);
        try {
            send(ctx, (InetSocketAddress) to);
            promise.trySuccess();
        } catch (IOException e) {
            promise.tryFailure(e);
        }
    }
}
