package dev.culvert.spi.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/** What stands before a connection's first byte. */
public final class ProxyHeader {

    /** Types, lengths and values are not looked at, and not many of them are taken. */
    private static final int MOST_TLV_BYTES = 2048;

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private ProxyHeader() {}

    /**
     * Reads the header of a connection that has to have one, because its peer is a proxy that is trusted with that.
     * Whatever the peer has sent behind it waits until somebody reads, so handlers may be added later.
     *
     * @param connection registered, its auto-read off, nobody's handlers on it; it is off again afterwards
     * @param timeout how long the header may take
     * @param arrived gets who the proxy speaks for, on the connection's loop; the proxy itself where it speaks for nobody
     *     (a health check)
     * @param failed gets what was wrong instead; the caller then ends the connection
     */
    public static void read(
            DuplexChannel connection, Duration timeout, Consumer<StreamOrigin> arrived, Consumer<Throwable> failed) {
        ChannelPipeline pipeline = connection.pipeline();
        pipeline.addLast(new HAProxyMessageDecoder(MOST_TLV_BYTES));
        pipeline.addLast(new ProxyHeaderHandler(timeout, arrived, failed));
        connection.config().setAutoRead(true);
    }

    /**
     * Makes a header.
     *
     * @param version its form
     * @param origin who is spoken for; where it is not known, the header says so
     */
    public static ByteBuf of(ProxyVersion version, StreamOrigin origin) {
        InetSocketAddress from = origin.visitor();
        InetSocketAddress to = origin.endpoint();
        if (from == null || to == null || from.isUnresolved() || to.isUnresolved()) {
            return version == ProxyVersion.V1
                    ? Unpooled.copiedBuffer("PROXY UNKNOWN\r\n", US_ASCII)
                    : Unpooled.buffer(16).writeBytes(SIGNATURE).writeByte(LOCAL).writeZero(3);
        }
        return version == ProxyVersion.V1 ? Unpooled.copiedBuffer(line(from, to), US_ASCII) : binary(from, to);
    }

    private static String line(InetSocketAddress from, InetSocketAddress to) {
        boolean six = isSix(from) || isSix(to);
        return "PROXY " + (six ? "TCP6 " : "TCP4 ") + text(from, six) + " " + text(to, six) + " " + from.getPort() + " "
                + to.getPort() + "\r\n";
    }

    private static ByteBuf binary(InetSocketAddress from, InetSocketAddress to) {
        boolean six = isSix(from) || isSix(to);
        byte[] source = bytes(from, six);
        byte[] destination = bytes(to, six);
        return Unpooled.buffer(52)
                .writeBytes(SIGNATURE)
                .writeByte(PROXY)
                .writeByte(six ? TCP6 : TCP4)
                .writeShort(source.length + destination.length + 4)
                .writeBytes(source)
                .writeBytes(destination)
                .writeShort(from.getPort())
                .writeShort(to.getPort());
    }

    private static boolean isSix(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    // Both addresses of a header are of one family; an IPv4 address beside an IPv6 one is written as it is mapped.
    private static byte[] bytes(InetSocketAddress address, boolean six) {
        byte[] own = address.getAddress().getAddress();
        if (!six || own.length == 16) {
            return own;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(own, 0, mapped, 12, 4);
        return mapped;
    }

    private static String text(InetSocketAddress address, boolean six) {
        InetAddress own = address.getAddress();
        return (six && !isSix(address) ? "::ffff:" : "") + NetUtil.toAddressString(own);
    }
}
