package dev.culvert.bench.load;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One visitor that keeps a number of datagrams under way: for each that comes back it sends another. One that has not come
 * back for half a second is lost. Belongs to its socket's loop.
 */
final class EchoFlow extends ChannelInboundHandlerAdapter {

    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int HEADER = 4 + 8;

    private final DatagramChannel socket;
    private final int bytes;
    private final long[] sentAt;
    private Histogram nanos = new Histogram(3);
    private long answered;
    private long lost;

    private EchoFlow(DatagramChannel socket, int window, int bytes) {
        this.socket = socket;
        this.bytes = bytes;
        this.sentAt = new long[window];
    }

    /**
     * What has become of datagrams so far.
     *
     * @param answered how many came back
     * @param lost how many did not
     * @param nanos how long they took since the last count
     */
    record Count(long answered, long lost, Histogram nanos) {}

    static EchoFlow start(Sockets sockets, HostPort target, int window, int bytes) throws InterruptedException {
        DatagramChannel socket = sockets.connectDatagrams(sockets.eventLoops().next(), target)
                .sync()
                .getNow();
        EchoFlow flow = new EchoFlow(socket, window, bytes);
        socket.eventLoop().execute(() -> {
            socket.pipeline().addLast(flow);
            socket.config().setAutoRead(true);
            for (int slot = 0; slot < window; slot++) {
                flow.send(slot);
            }
            socket.flush();
        });
        socket.eventLoop()
                .scheduleWithFixedDelay(flow::replaceLost, LOST_NANOS / 5, LOST_NANOS / 5, TimeUnit.NANOSECONDS);
        return flow;
    }

    static List<Count> counts(List<EchoFlow> flows) throws InterruptedException, ExecutionException {
        List<Count> counts = new ArrayList<>();
        for (EchoFlow flow : flows) {
            counts.add(flow.socket.eventLoop().submit(flow::count).get());
        }
        return counts;
    }

    private Count count() {
        Histogram since = nanos;
        nanos = new Histogram(3);
        return new Count(answered, lost, since);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        ByteBuf content = packet.content();
        int slot = content.getInt(content.readerIndex());
        long sent = content.getLong(content.readerIndex() + 4);
        packet.release();
        if (sentAt[slot] == sent) { // else it was given up
            answered++;
            nanos.recordValue(System.nanoTime() - sent);
            send(slot);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Not there yet, or out of room: what was sent counts as lost.
    }

    private void replaceLost() {
        long now = System.nanoTime();
        for (int slot = 0; slot < sentAt.length; slot++) {
            if (now - sentAt[slot] > LOST_NANOS) {
                lost++;
                send(slot);
            }
        }
        socket.flush();
    }

    private void send(int slot) {
        long now = System.nanoTime();
        sentAt[slot] = now;
        ByteBuf datagram = socket.alloc().directBuffer(bytes);
        datagram.writeInt(slot).writeLong(now);
        // What else the buffer holds is of no interest.
        datagram.writerIndex(Math.max(HEADER, bytes));
        socket.write(datagram, socket.voidPromise());
    }
}
