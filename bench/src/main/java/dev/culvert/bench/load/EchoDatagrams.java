package dev.culvert.bench.load;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.HostPort;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;

/** The private service over UDP: sends back what it gets, many to a call where the kernel has one for that. */
final class EchoDatagrams extends ChannelInboundHandlerAdapter {

    private EchoDatagrams() {}

    static void listen(Sockets sockets, int port) throws InterruptedException {
        DatagramChannel socket = sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", port))
                .sync()
                .getNow();
        socket.pipeline().addLast(new EchoDatagrams());
        socket.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        ctx.write(new DatagramPacket(packet.content(), packet.sender()), ctx.voidPromise()); // ownership passes
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A datagram that could not be sent back is lost, which the load sees.
    }
}
